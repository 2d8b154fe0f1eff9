"""What does a chart look like? Numbers in, coordinates and words out; templates draw them."""
