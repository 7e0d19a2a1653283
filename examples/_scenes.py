"""Scenes that are computed, not photographed: nobody's rights, and an exact truth. Linear light inside, sRGB out."""

import cv2
import numpy as np

Array = np.ndarray
SAMPLES = 2  # rendered so many times as wide and as high, then averaged


def fractal(
    height: int, width: int, *, rng: np.random.Generator, cells: float, octaves: int = 6, stretch: float = 1.0
) -> Array:
    """Smooth noise of many scales in [0, 1]; `stretch` draws it out along the rows."""
    total, weight = np.zeros((height, width), np.float32), 0.0
    for octave in range(octaves):
        count = cells * 2**octave
        rows, columns = max(2, round(count)), max(2, round(count * width / height / stretch))
        grid = rng.random((rows + 1, columns + 1), np.float32)
        total += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) * 0.5**octave
        weight += 0.5**octave
    total /= weight
    return np.clip((total - total.min()) / (total.max() - total.min()), 0, 1)


def canvas(height: int, width: int) -> tuple[int, int, Array, Array]:
    """The supersampled size, and the places of its pixels in [0, 1] downwards and in heights to the right."""
    h, w = height * SAMPLES, width * SAMPLES
    y, x = np.mgrid[:h, :w].astype(np.float32)
    return h, w, y / h, x / h


def developed(linear: Array) -> Array:
    """Averaged down and in sRGB, float32 in [0, 1]."""
    small = cv2.resize(linear.astype(np.float32), None, fx=1 / SAMPLES, fy=1 / SAMPLES, interpolation=cv2.INTER_AREA)
    small = np.clip(small, 0, 1)
    return np.where(small <= 0.0031308, 12.92 * small, 1.055 * small ** (1 / 2.4) - 0.055).astype(np.float32)


def mix(below: Array, above: Array | tuple[float, ...], share: Array) -> Array:
    """`above` over `below`."""
    share = share[..., None] if share.ndim == 2 else share
    return below + (np.asarray(above, np.float32) - below) * share


def edge(distance: Array, width: float = 0.001) -> Array:
    """1 inside (negative distance), 0 outside, soft over `width`."""
    return np.clip(0.5 - distance / width, 0, 1)


def lettering(
    h: int, w: int, text: str, *, place: tuple[float, float], size: float, font: int = cv2.FONT_HERSHEY_TRIPLEX
) -> Array:
    """Coverage of a line of text, centred at `place` (down, right; in heights)."""
    scale, thick = size * h / 22, max(1, round(size * h / 11))
    (width, height), _ = cv2.getTextSize(text, font, scale, thick)
    mask = np.zeros((h, w), np.uint8)
    origin = (round(place[1] * h - width / 2), round(place[0] * h + height / 2))
    cv2.putText(mask, text, origin, font, scale, 255, thick, cv2.LINE_AA)
    return mask.astype(np.float32) / 255


def landscape(height: int, width: int, rng: np.random.Generator) -> Array:
    """A lake at dusk, mountains behind mountains, a cabin with its windows lit."""
    h, w, y, x = canvas(height, width)
    shore = 0.66
    sun = np.hypot(x - 1.02, (y - 0.47) * 1.1)
    sky = mix(np.full((h, w, 3), (0.055, 0.12, 0.33), np.float32), (0.95, 0.42, 0.16), np.clip(y / 0.58, 0, 1) ** 1.9)
    clouds = np.clip(fractal(h, w, rng=rng, cells=5, stretch=4) * 2.2 - 1.05, 0, 1) * np.clip(1.5 - 2 * y, 0, 1)
    sky = mix(sky, (0.95, 0.55, 0.42), clouds * 0.75)
    sky += np.float32([1.0, 0.62, 0.25]) * (np.exp(-((sun / 0.05) ** 2)) + 0.35 * np.exp(-sun / 0.16))[..., None]
    scene = sky
    for layer, (base, rough, dark) in enumerate(((0.40, 0.30, 0.55), (0.50, 0.24, 0.33), (0.59, 0.16, 0.14))):
        ridge = base + rough * (0.45 - fractal(h, w, rng=rng, cells=2.5 + 2 * layer, octaves=8)[h // 2])
        rock = fractal(h, w, rng=rng, cells=12, octaves=6)
        colour = mix(np.full((h, w, 3), (0.30, 0.27, 0.42), np.float32) * dark * 1.7, (0.95, 0.52, 0.30), 0.16 * rock)
        snow = np.clip((ridge + 0.07 - y + 0.05 * rock) * 14, 0, 1) * (rock > 0.45) * (layer < 1)
        scene = mix(scene, mix(colour, (0.80, 0.62, 0.62), snow * 0.8), edge(ridge - y, 0.002))
    forest = shore - 0.02 - 0.04 * fractal(h, w, rng=rng, cells=3)[0]
    for _ in range(330):
        centre, foot, tall = rng.uniform(0, w / h), shore + rng.uniform(-0.012, 0.006), rng.uniform(0.03, 0.1)
        left, right = (round(np.clip(centre + s * tall * 0.3, 0, w / h) * h) for s in (-1, 1))
        rows = slice(round((foot - tall) * h), round(foot * h))
        part, yy, xx = scene[rows, left:right], y[rows, left:right], x[rows, left:right]
        down = (yy - foot + tall) / tall
        jag = 0.22 * tall * down * (0.65 + 0.35 * (1 - (down * 7) % 1))
        green = np.float32([0.012, 0.028, 0.022]) * rng.uniform(0.6, 2.4)
        scene[rows, left:right] = mix(part, green, edge(np.abs(xx - centre) - jag, 0.002))
    scene = mix(scene, (0.014, 0.024, 0.02), edge(forest - y, 0.004) * (y < shore))
    _cabin(scene, y, x, foot=shore)
    return developed(_water(scene, y, x, shore, rng))


def _cabin(scene: Array, y: Array, x: Array, *, foot: float) -> None:
    left, right, top = 0.30, 0.44, foot - 0.085
    planks = 0.8 + 0.2 * (np.sin(y * 900) > -0.6)
    wall = (x > left) & (x < right) & (y > top) & (y < foot)
    scene[wall] = (np.float32([0.075, 0.036, 0.02]) * planks[..., None])[wall]
    roof = np.maximum(np.abs(x - (left + right) / 2) * 0.75 - (y - top + 0.065), y - top)
    scene[roof < 0] = (0.03, 0.012, 0.012)
    for middle in (0.335, 0.405):
        pane = np.maximum(np.abs(x - middle) - 0.017, np.abs(y - top - 0.035) - 0.019)
        bars = np.minimum(np.abs(x - middle), np.abs(y - top - 0.035)) < 0.0013
        scene[(pane < 0) & ~bars] = (1.0, 0.62, 0.2)
        scene += np.float32([0.5, 0.25, 0.06]) * (0.25 * np.exp(-np.maximum(pane, 0) / 0.02))[..., None]


def _water(scene: Array, y: Array, x: Array, shore: float, rng: np.random.Generator) -> Array:
    h, w = y.shape
    depth = np.clip((y - shore) / (1 - shore), 0, 1)
    waves = fractal(h, w, rng=rng, cells=40, octaves=5, stretch=9) - 0.5
    map_y = (2 * shore - y + waves * 0.09 * (0.15 + depth)) * h
    map_x = (x + waves * 0.02 * depth) * h
    mirror = cv2.remap(
        scene, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    water = mix(mirror * np.float32([0.75, 0.82, 0.95]), (0.02, 0.05, 0.09), 0.15 + 0.45 * depth)
    scene = mix(scene, water, (y > shore).astype(np.float32))
    bank = 0.93 + 0.06 * np.sin(x * 3.1) - 0.08 * x + 0.02 * fractal(h, w, rng=rng, cells=6)[0]
    stones = fractal(h, w, rng=rng, cells=26, octaves=5)
    ground = mix(
        np.full((h, w, 3), (0.035, 0.03, 0.022), np.float32), (0.30, 0.22, 0.15), np.clip(stones * 1.8 - 0.75, 0, 1)
    )
    return mix(scene, ground, edge(bank - y, 0.003))


def still_life(height: int, width: int, rng: np.random.Generator) -> Array:
    """Oranges, a plum and a steel ball on a wooden table before a plastered wall; ray traced with a soft shadow."""
    h, w, y, x = canvas(height, width)
    eye = np.float32([0, 1.25, -4.2])
    ray = np.stack([(x - w / h / 2) * 1.1, (0.38 - y) * 1.1, np.ones_like(x) * 1.35], axis=-1)
    ray /= np.linalg.norm(ray, axis=-1, keepdims=True)
    balls = (
        ((-0.95, 0.5, 0.1), 0.50, (0.95, 0.30, 0.02)),
        ((0.02, 0.44, -0.55), 0.44, (0.95, 0.36, 0.03)),
        ((0.88, 0.36, -0.15), 0.36, (0.14, 0.02, 0.10)),
        ((0.35, 0.62, 0.75), 0.62, (0.75, 0.77, 0.80)),
        ((-0.42, 0.2, -1.0), 0.20, (0.32, 0.40, 0.05)),
    )
    far = np.full((h, w), np.inf, np.float32)
    which = np.full((h, w), -1)
    for index, (centre, radius, _) in enumerate(balls):
        hit = _hit(np.broadcast_to(eye, ray.shape), ray, np.float32(centre), radius)
        nearer = hit < far
        far[nearer], which[nearer] = hit[nearer], index
    colour = _room(eye, ray, balls, rng)
    for index, (centre, radius, tint) in enumerate(balls):
        inside = which == index
        point = eye + ray[inside] * far[inside][:, None]
        normal = (point - np.float32(centre)) / radius
        colour[inside] = _shaded(point, normal, ray[inside], np.float32(tint), index, balls, rng)
    return developed(colour)


def _hit(origin: Array, ray: Array, centre: Array, radius: float) -> Array:
    to = origin - centre
    b = np.sum(to * ray, axis=-1)
    under = b * b - (np.sum(to * to, axis=-1) - radius * radius)
    return np.where(
        (under > 0) & (-b - np.sqrt(np.maximum(under, 0)) > 1e-3), -b - np.sqrt(np.maximum(under, 0)), np.inf
    ).astype(np.float32)


LAMP = np.float32([-3.2, 4.6, -3.0])


def _shadow(point: Array, balls: tuple, rng: np.random.Generator) -> Array:
    light = np.zeros(point.shape[:-1], np.float32)
    for _ in range(10):
        lamp = LAMP + rng.normal(0, 0.35, 3).astype(np.float32)
        towards = lamp - point
        towards /= np.linalg.norm(towards, axis=-1, keepdims=True)
        free = np.ones(light.shape, bool)
        for centre, radius, _ in balls:
            free &= np.isinf(_hit(point, towards, np.float32(centre), radius))
        light += free / 10
    return light


def _wood(px: Array, pz: Array, rng: np.random.Generator) -> Array:
    swirl = cv2.GaussianBlur(fractal(512, 2048, rng=rng, cells=3, octaves=4, stretch=6), (0, 0), 2)
    fine = fractal(2048, 2048, rng=rng, cells=220, octaves=3, stretch=40)
    u, v = (px * 170 + 1024).astype(np.float32), (pz * 90 + 256).astype(np.float32)
    turn = cv2.remap(swirl, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    grain = cv2.remap(fine, u, v * 4, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    ring = 0.5 + 0.5 * np.sin((turn * 9 + pz * 3.0) * 6.28)
    plank = np.floor(pz / 0.62)
    tone = 0.62 + 0.16 * ring + 0.30 * (grain - 0.5) + 0.10 * np.sin(plank * 12.9)
    gap = np.abs(pz / 0.62 - np.round(pz / 0.62)) < 0.012
    return np.float32([0.46, 0.24, 0.11]) * np.where(gap, 0.15, tone)[..., None]


def _room(eye: Array, ray: Array, balls: tuple, rng: np.random.Generator) -> Array:
    h, w = ray.shape[:2]
    down = np.where(ray[..., 1] < -1e-4, -eye[1] / np.minimum(ray[..., 1], -1e-4), np.inf)
    wall_at = (2.6 - eye[2]) / ray[..., 2]
    on_table = down < wall_at
    point = eye + ray * np.where(on_table, down, wall_at)[..., None].astype(np.float32)
    plaster = fractal(h, w, rng=rng, cells=30, octaves=6)
    wall = np.float32([0.30, 0.36, 0.37]) * (0.75 + 0.35 * plaster)[..., None]
    colour = np.where(on_table[..., None], _wood(point[..., 0], point[..., 2], rng), wall)
    fall = 14.0 / np.sum((LAMP - point) ** 2, axis=-1)
    contact = np.ones((h, w), np.float32)
    for centre, radius, _ in balls:
        away = np.hypot(point[..., 0] - centre[0], point[..., 2] - centre[2]) / radius
        contact *= np.where(on_table, 1 - 0.75 * np.exp(-((away / 0.75) ** 2)), 1)
    light = 0.22 * contact + 1.25 * fall * _shadow(point, balls, rng)
    return (colour * light[..., None]).astype(np.float32)


def _shaded(
    point: Array, normal: Array, ray: Array, tint: Array, index: int, balls: tuple, rng: np.random.Generator
) -> Array:
    towards = LAMP - point
    towards /= np.linalg.norm(towards, axis=-1, keepdims=True)
    if index < 2:  # orange peel: the normal trembles
        pores = np.sin(normal * 78 + 3 * np.sin(normal[:, [1, 2, 0]] * 41)) * 0.07
        normal = normal + pores
        normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    lit = np.clip(np.sum(normal * towards, axis=-1), 0, 1) * _shadow(point + 2e-3 * normal, balls, rng)
    mirror = ray - 2 * np.sum(ray * normal, axis=-1, keepdims=True) * normal
    gloss = np.clip(np.sum(mirror * towards, axis=-1), 0, 1)
    rim = (1 - np.clip(-np.sum(ray * normal, axis=-1), 0, 1)) ** 4
    if index == 3:  # polished steel mirrors the wooden table, the wall and the lamp
        up = np.clip(mirror[:, 1] * 2.5 + 0.5, 0, 1)[:, None]
        seen = np.float32([0.30, 0.155, 0.07]) * (1 - up) + np.float32([0.42, 0.48, 0.5]) * up
        for centre, radius, other in balls[:3]:
            mirrored = np.isfinite(_hit(point + 1e-3 * normal, mirror, np.float32(centre), radius))
            seen[mirrored] = 0.55 * np.float32(other) + 0.02
        return seen * (0.75 + 0.25 * lit[:, None]) + (1.6 * gloss**180)[:, None]
    bounce = np.float32([0.30, 0.16, 0.08]) * np.clip(-normal[:, 1:2], 0, 1) * 0.5
    body = tint * (0.13 + 1.15 * lit[:, None] + bounce)
    return body + (0.55 * gloss**40 * (lit > 0) + 0.12 * rim)[:, None]


def postcard(height: int, width: int, rng: np.random.Generator) -> Array:
    """An old card in grey: a lighthouse on a cliff, waves, gulls, and a greeting."""
    h, w, y, x = canvas(height, width)
    tone = 0.62 - 0.25 * (1 - y) + 0.22 * np.clip(fractal(h, w, rng=rng, cells=4, stretch=2.5) * 2 - 0.8, 0, 1)
    wave = fractal(h, w, rng=rng, cells=22, octaves=6, stretch=6)
    sea = 0.12 + 0.14 * y + 0.55 * np.clip(wave * 2.4 - 1.45, 0, 1)
    tone = mix(tone[..., None], sea[..., None], (y > 0.6).astype(np.float32))[..., 0]
    rock = fractal(h, w, rng=rng, cells=7, octaves=9, stretch=0.6)
    ridged = 1 - np.abs(2 * fractal(h, w, rng=rng, cells=9, octaves=8) - 1)
    cliff = 0.57 + 2.2 * np.clip(0.64 - x + 0.05 * (rock - 0.5), 0, 1) ** 1.3 + 0.07 * (rock[h // 2] - 0.5)
    tone = mix(tone[..., None], (0.02 + 0.42 * ridged**3 * (0.4 + rock))[..., None], edge(cliff - y, 0.002))[..., 0]
    middle, foot, top = 0.94, 0.57, 0.17
    half = 0.042 + 0.035 * (y - top) / (foot - top)
    tower = (np.abs(x - middle) < half) & (y > top) & (y < foot)
    round_ = np.sqrt(np.clip(1 - ((x - middle) / half) ** 2, 0, 1)) * (
        0.75 + 0.25 * np.clip((middle - x) / half, -1, 1)
    )
    bands = np.where(((y - top) / 0.08).astype(int) % 2 == 0, 0.95, 0.13)
    tone = np.where(tower, bands * (0.25 + 0.8 * round_), tone)
    for low, high, wide, shade in ((0.155, 0.172, 0.062, 0.08), (0.10, 0.155, 0.032, 0.9), (0.088, 0.10, 0.042, 0.06)):
        tone = np.where((y > low) & (y < high) & (np.abs(x - middle) < wide), shade, tone)
    roof = (np.abs(x - middle) < (y - 0.045) * 0.9) & (y < 0.09)
    posts = (
        (np.abs(((x - middle) / 0.016) - np.round((x - middle) / 0.016)) < 0.1)
        & (y > 0.1)
        & (y < 0.155)
        & (np.abs(x - middle) < 0.033)
    )
    tone = np.where(roof | posts, 0.06, tone)
    for gull in ((0.2, 0.3, 0.04), (0.27, 0.46, 0.028), (0.13, 0.52, 0.022)):
        along = (x - gull[1]) / gull[2]
        wing = gull[0] - gull[2] * 0.45 * np.abs(np.sin(np.clip(along, -1, 1) * 3.1)) * np.sqrt(
            np.clip(1 - np.abs(along), 0, 1)
        )
        tone = np.where((np.abs(y - wing) < 0.0035) & (np.abs(along) < 1), 0.05, tone)
    text = np.maximum(
        lettering(h, w, "Greetings", place=(0.72, 0.30), size=0.055, font=cv2.FONT_HERSHEY_SCRIPT_COMPLEX),
        lettering(h, w, "FROM THE LIGHTHOUSE", place=(0.81, 0.31), size=0.018),
    )
    tone = mix(tone[..., None], (0.9,), text)[..., 0]
    frame = np.minimum.reduce([y, 1 - y, x, w / h - x])
    paper = 0.78 + 0.08 * fractal(h, w, rng=rng, cells=60, octaves=3)
    return developed(np.where(frame < 0.028, paper, np.where(frame < 0.032, 0.1, tone)))[..., None]


def brick_wall(height: int, width: int, rng: np.random.Generator) -> Array:
    """A shop sign and a window box on a brick wall in the evening sun."""
    h, w, y, x = canvas(height, width)
    row = np.floor(y / 0.042)
    along = x / 0.118 + 0.5 * (row % 2)
    brick = np.floor(along)
    joint = np.minimum(
        np.minimum(along % 1, 1 - along % 1) * 0.118, np.minimum((y / 0.042) % 1, 1 - (y / 0.042) % 1) * 0.042
    )
    own = np.abs(np.sin(brick * 127.1 + row * 311.7) * 43758.5) % 1
    rough = fractal(h, w, rng=rng, cells=70, octaves=5)
    face = np.float32([0.42, 0.13, 0.075]) * (0.55 + 0.6 * own + 0.5 * (rough - 0.5))[..., None]
    face = mix(face, (0.16, 0.10, 0.09), (own > 0.86) * 0.6)
    scene = mix(
        np.float32([0.36, 0.33, 0.29]) * (0.7 + 0.5 * rough)[..., None],
        face,
        edge(0.0034 + 0.002 * rough - joint, 0.002),
    )
    scene *= (0.62 + 0.55 * np.clip(1.05 - 0.5 * x - 0.35 * y + 0.08 * fractal(h, w, rng=rng, cells=3), 0, 1))[
        ..., None
    ]
    _sign(scene, y, x, w / h / 2)
    _window(scene, y, x, w / h / 2, rng)
    return developed(scene)


def _sign(scene: Array, y: Array, x: Array, middle: float) -> None:
    h, w = y.shape
    box = np.maximum(np.abs(x - middle) - 0.31, np.abs(y - 0.17) - 0.075)
    shadow = np.maximum(np.abs(x - middle - 0.015) - 0.31, np.abs(y - 0.188) - 0.075)
    scene *= 1 - 0.55 * edge(shadow, 0.02)[..., None]
    scene[:] = mix(scene, (0.012, 0.09, 0.075), edge(box))
    scene[:] = mix(scene, (0.75, 0.52, 0.14), edge(np.abs(box + 0.012) - 0.002))
    words = np.maximum(
        lettering(h, w, "RELUME", place=(0.155, middle), size=0.06),
        lettering(h, w, "lamps mended since 1911", place=(0.212, middle), size=0.0145),
    )
    scene[:] = mix(scene, (0.95, 0.80, 0.42), words)


def _window(scene: Array, y: Array, x: Array, middle: float, rng: np.random.Generator) -> None:
    h, w = y.shape
    frame = np.maximum(np.abs(x - middle) - 0.24, np.abs(y - 0.57) - 0.25)
    scene *= 1 - 0.5 * edge(np.maximum(np.abs(x - middle - 0.012) - 0.25, np.abs(y - 0.582) - 0.26), 0.02)[..., None]
    scene[:] = mix(scene, (0.72, 0.70, 0.62), edge(frame))
    glass = np.maximum(np.abs(x - middle) - 0.21, np.abs(y - 0.57) - 0.22)
    bars = np.minimum(np.abs(x - middle), np.abs(np.abs(y - 0.57) - 0.075))
    sky = mix(
        np.full((h, w, 3), (0.10, 0.16, 0.24), np.float32),
        (0.75, 0.55, 0.36),
        np.clip(fractal(h, w, rng=rng, cells=4) * 1.8 - 0.6 + 0.5 * (0.6 - y), 0, 1),
    )
    glow = np.exp(-(((x - middle + 0.1) / 0.09) ** 2) - ((y - 0.66) / 0.1) ** 2)
    sky += np.float32([0.95, 0.55, 0.18]) * glow[..., None]
    scene[:] = mix(scene, sky, edge(glass) * (1 - edge(bars - 0.006)))
    for _ in range(900):  # leaves and flowers over the box
        top, left, size = 0.845 + rng.normal(0, 0.028), middle + rng.uniform(-0.27, 0.27), rng.uniform(0.006, 0.016)
        flower = rng.random() < 0.22
        tint = (
            np.float32(((0.80, 0.05, 0.09), (0.90, 0.62, 0.72), (0.85, 0.60, 0.06))[rng.integers(3)])
            if flower
            else np.float32([0.03, 0.16, 0.025]) * rng.uniform(0.5, 2.4)
        )
        rows, columns = (slice(max(0, round((place - 0.02) * h)), round((place + 0.02) * h)) for place in (top, left))
        angle = rng.uniform(0, 3.14)
        dy, dx = y[rows, columns] - top, x[rows, columns] - left
        u, v = dx * np.cos(angle) + dy * np.sin(angle), dy * np.cos(angle) - dx * np.sin(angle)
        away = np.hypot(u, v * (1.0 if flower else 2.4))
        petals = size * (0.75 + 0.25 * np.cos(5 * np.arctan2(v, u))) if flower else size
        scene[rows, columns] = mix(
            scene[rows, columns], tint * (0.7 + 0.5 * u / size)[..., None], edge(away - petals, 0.0015)
        )
    planter = np.maximum(np.abs(x - middle) - 0.27, np.abs(y - 0.905) - 0.045)
    clay = (
        np.float32([0.50, 0.20, 0.10])
        * (0.7 + 0.3 * np.clip((0.93 - y) / 0.07, 0, 1) + 0.25 * (fractal(h, w, rng=rng, cells=80, octaves=3) - 0.5))[
            ..., None
        ]
    )
    scene[:] = mix(scene, clay, edge(planter))


def balloon(height: int, width: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """A hot-air balloon to cut out: its colours, and a soft-edged alpha."""
    h, w, y, x = canvas(height, width)
    dx, dy = (x - w / h / 2) / 0.36, (y - 0.40) / 0.36
    taper = np.where(dy > 0, 1 - 0.42 * np.clip(dy, 0, 1.25) ** 2.2, 1)
    across = dx / taper
    inside = np.hypot(across, np.where(dy > 0, dy / 1.22, dy))
    depth = np.sqrt(np.clip(1 - np.clip(inside, 0, 1) ** 2, 0, 1))
    turn = np.arctan2(across, depth) / np.pi * 16
    gore = np.floor(turn).astype(int)
    palette = np.float32([(0.75, 0.03, 0.035), (0.95, 0.55, 0.04), (0.90, 0.86, 0.74), (0.02, 0.16, 0.38)])
    zigzag = np.abs((turn % 1) - 0.5) * 0.12
    band = (np.abs(dy - 0.08 + zigzag) < 0.16).astype(int) + 2 * (np.abs(dy - 0.08 + zigzag) < 0.07)
    tint = palette[(gore + band) % 4]
    cloth = 0.94 + 0.12 * (fractal(h, w, rng=rng, cells=120, octaves=3) - 0.5)
    seam = 1 - 0.35 * np.exp(-(((turn - np.round(turn)) / 0.05) ** 2))
    light = np.clip(0.62 * depth - 0.42 * across - 0.36 * dy, 0.0, 1) + 0.20
    scene = tint * (light * cloth * seam)[..., None] * 1.15
    alpha = edge(inside - 1, 0.008)
    basket = np.maximum(np.abs(x - w / h / 2) - 0.055, np.abs(y - 0.93) - 0.04)
    weave = 0.65 + 0.35 * np.sin(x * 900) * np.sin(y * 900 + np.pi * np.floor(x * 286))
    scene = mix(scene, np.float32([0.34, 0.17, 0.06]) * weave[..., None], edge(basket))
    ropes = np.zeros((h, w), np.float32)
    for side in (-1.0, -0.35, 0.35, 1.0):
        line = w / h / 2 + side * (0.05 + 0.075 * (0.89 - y) / 0.10)
        ropes = np.maximum(ropes, edge(np.abs(x - line) - 0.0016) * ((y > 0.79) & (y < 0.90)))
    scene = mix(scene, (0.05, 0.04, 0.03), ropes * (1 - alpha))
    alpha = np.maximum.reduce([alpha, edge(basket), ropes])
    shown = cv2.resize(alpha, None, fx=1 / SAMPLES, fy=1 / SAMPLES, interpolation=cv2.INTER_AREA)
    return developed(scene), shown.astype(np.float32)
