object.__name__, complex(1, 2)
