import networkx as nx
g = nx.Graph()
g.add_weighted_edges_from([("a", "b", 4), ("a", "c", 1), ("c", "b", 2)])
nx.shortest_path(g, "a", "b", weight="weight")
