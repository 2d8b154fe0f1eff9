"""What do pages need from several tables?"""
