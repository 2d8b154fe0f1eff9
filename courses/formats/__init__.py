"""How are dates and numbers written in each language? Read by Django, FORMAT_MODULE_PATH."""
