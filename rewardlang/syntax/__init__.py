"""Text to trees: YAML with places, expressions, and the three kinds of file as written."""
