"""Who asked about alerts, and what do they see?"""
