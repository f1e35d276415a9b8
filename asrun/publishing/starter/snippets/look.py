"""How every figure of the book looks."""

STYLE = {"figure.figsize": (5.6, 3.6), "font.size": 13.5, "figure.constrained_layout.use": True}
