"""Who asked about environments and hosts, and what do they see?"""
