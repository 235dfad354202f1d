// Screenshots as an animated GIF.
import { GIFEncoder, applyPalette, quantize } from 'gifenc';
import { PNG } from 'pngjs';

export interface Frame {
  /** A screenshot; all of them have the same size. */
  readonly png: Buffer;
  /** How long it is shown. */
  readonly milliseconds: number;
}

/** The last colour of each palette says "as before". */
const UNCHANGED = 255;

/** The part of the screen that is shown. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Each frame holds only what differs from the one before: of a screen that is little. */
export function encodeGif(frames: readonly Frame[], part: Part): Uint8Array {
  const { width, height } = part;
  const encoder = GIFEncoder();
  let before: Buffer | undefined;
  for (const { png, milliseconds } of frames) {
    const cut = new PNG({ width, height });
    PNG.bitblt(PNG.sync.read(png), cut, part.left, part.top, width, height, 0, 0);
    const { data } = cut;
    const palette = quantize(before ? changedPixels(data, before) : data, UNCHANGED);
    while (palette.length <= UNCHANGED) palette.push([0, 0, 0]);
    const index = applyPalette(data, palette.slice(0, UNCHANGED));
    if (before) for (let i = 0; i < index.length; i++) if (samePixel(data, before, i)) index[i] = UNCHANGED;
    encoder.writeFrame(index, width, height, {
      palette,
      delay: milliseconds,
      repeat: 0,
      transparent: before !== undefined,
      transparentIndex: UNCHANGED,
    });
    before = data;
  }
  encoder.finish();
  return encoder.bytes();
}

function samePixel(a: Buffer, b: Buffer, pixel: number): boolean {
  return a.readUInt32LE(pixel * 4) === b.readUInt32LE(pixel * 4);
}

/** The pixels that a palette has to serve. */
function changedPixels(data: Buffer, before: Buffer): Uint8Array {
  const changed = Buffer.alloc(data.length);
  let length = 0;
  for (let i = 0; i < data.length / 4; i++) {
    if (samePixel(data, before, i)) continue;
    data.copy(changed, length, i * 4, i * 4 + 4);
    length += 4;
  }
  // One pixel more than none: a palette needs something to choose from.
  return new Uint8Array(changed.subarray(0, Math.max(4, length)));
}
