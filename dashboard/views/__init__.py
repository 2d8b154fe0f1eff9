"""Who asked, and what do the pages show that join the apps?"""
