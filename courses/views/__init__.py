"""Who asked, and what do they see of the catalogue?"""
