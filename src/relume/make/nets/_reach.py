"""How far nets of several levels see."""


def reach(blocks: tuple[int, ...], *, cell: int, block: int, ends: int) -> int:
    """Pixels on each side that can change an output pixel of a U-Net with convolutions of stride 2 between its levels.

    A block that sees `block` cells further, on a grid of cells of `cell` pixels, sees `block * cell` pixels further;
    the way through the bottom is the longest; and a pixel at the rim of its coarsest cell reaches that cell's other
    rim. `ends` is what head and tail see together, in cells of the first level.

    >>> reach((1, 1, 2), cell=2, block=2, ends=2)
    67
    """
    above = sum(2 * block * count * cell * 2**level for level, count in enumerate(blocks[:-1]))
    coarsest = cell * 2 ** (len(blocks) - 1)
    return ends * cell + above + block * blocks[-1] * coarsest + coarsest - 1
