"""What is a good name, and what does a roster file say? Pure decisions, without Django."""
