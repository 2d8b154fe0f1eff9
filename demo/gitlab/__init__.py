"""Where do the pipelines of the demo come from? A stand-in GitLab: `python -m demo.gitlab`."""
