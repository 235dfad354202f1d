/** What a picture is by its bytes: its name, and what came with it, can be wrong. */
import type { ImageBlock } from '../messages.js';

export interface Picture {
  /** As people call it: `PNG`. */
  readonly name: string;
  /** `undefined`: no model takes it. */
  readonly mediaType?: ImageBlock['mediaType'];
}

/** By the bytes that a file of each kind begins with, each a character; `.` is any. */
const KINDS: readonly (readonly [RegExp, Picture])[] = [
  [/^\x89PNG\r\n\x1a\n/, { name: 'PNG', mediaType: 'image/png' }],
  [/^\xff\xd8\xff/, { name: 'JPEG', mediaType: 'image/jpeg' }],
  [/^GIF8[79]a/, { name: 'GIF', mediaType: 'image/gif' }],
  [/^RIFF.{4}WEBP/s, { name: 'WebP', mediaType: 'image/webp' }],
  [/^BM.{4}\0{4}/s, { name: 'BMP' }],
  [/^(II\*\0|MM\0\*)/, { name: 'TIFF' }],
  [/^.{4}ftypavi[fs]/s, { name: 'AVIF' }],
  [/^.{4}ftyp(hei[cx]|hev[cx]|mif1|msf1)/s, { name: 'HEIC' }],
  [/^\0\0\x01\0/, { name: 'icon (ICO)' }],
];
const LONGEST = 16;

/** The kind of picture that some bytes are; `undefined` if they are none that is known. */
export function pictureIn(bytes: Uint8Array): Picture | undefined {
  const beginning = Buffer.from(bytes.subarray(0, LONGEST)).toString('latin1');
  return KINDS.find(([pattern]) => pattern.test(beginning))?.[1];
}

/** Whether a file of this name is meant to be a picture that is not written as text. */
export function isPictureName(path: string): boolean {
  return /\.(png|jpe?g|jfif|gif|webp|bmp|tiff?|avif|hei[cf]|ico)$/i.test(path);
}

/** In a sentence: what to save a picture as. */
export const PICTURES_TAKEN = 'PNG, JPEG, GIF or WebP';
