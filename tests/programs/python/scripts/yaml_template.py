import yaml, jinja2
data = yaml.safe_load("name: Ann\nitems: [1, 2]")
print(jinja2.Template("Hi {{ name }}: {{ items | sum }}").render(data))
