import itertools, collections
print(list(itertools.accumulate(range(6))))
collections.Counter("mississippi").most_common(2)
