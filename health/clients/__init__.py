"""What does the outside say?"""
