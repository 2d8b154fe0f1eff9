"""Who asks about pipelines and CI servers, and what do they see?"""
