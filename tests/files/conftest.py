collect_ignore = ["make_hostile.py"]  # a script, not a module: it writes files when it is imported
