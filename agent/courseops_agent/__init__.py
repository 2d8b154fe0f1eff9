"""Measures a machine and tells a Courseops site. Needs psutil, and nothing else."""
