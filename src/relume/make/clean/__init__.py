"""What is wrong with the pictures of a folder: faults, duplicates, and test pictures that hide among them.

    found = audit(Path("train"), against=Path("test"))     # audit.py: reads, moves nothing
    write(found, Path("report"))                           # report.py: a page with thumbnails, and JSON Lines
    done = list(move(found))                               # quarantine.py: into train.removed; undo(...) moves back

Nothing here needs torch.
"""
