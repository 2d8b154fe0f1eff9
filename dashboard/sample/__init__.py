"""What would a busy course look like? A sample of one, for whoever has no data yet.

200 teams, 30 days. It is made by a job and gone at one press of a button. Nothing of it is ever
asked or told: its addresses end in .invalid, its people cannot sign in, and it has no channels.
"""
