/** Which part of a picture is looked at, and how near. Pure. */
import type { Point, Rect } from './layout.js';

export interface Camera {
  /** Point of the picture in the upper left corner of the window. */
  readonly x: number;
  readonly y: number;
  /** Pixels of the window for one of the picture. */
  readonly scale: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const NEAREST = 3;
const FARTHEST = 0.02;
const MARGIN = 12;

/** All of the picture, no larger than life. */
export function fitAll(picture: Size, view: Size): Camera {
  const fitting = Math.min((view.width - MARGIN) / picture.width, (view.height - MARGIN) / picture.height, 1);
  return centred(picture, view, limited(fitting));
}

/** Readable from the start: the whole width if it can be read then, at the top. */
export function fitTop(picture: Size, view: Size): Camera {
  const scale = Math.min(1, Math.max(0.7, (view.width - MARGIN) / picture.width));
  return { ...centred(picture, view, scale), y: -MARGIN / scale };
}

function centred(picture: Size, view: Size, scale: number): Camera {
  return {
    scale,
    x: (picture.width - view.width / scale) / 2,
    y: (picture.height - view.height / scale) / 2,
  };
}

/** Nearer or farther, with the point of the window under the mouse staying where it is. */
export function zoomed(camera: Camera, factor: number, at: Point): Camera {
  const scale = limited(camera.scale * factor);
  const change = 1 / camera.scale - 1 / scale;
  return { scale, x: camera.x + at.x * change, y: camera.y + at.y * change };
}

/** Moved by pixels of the window. */
export function moved(camera: Camera, x: number, y: number): Camera {
  return { ...camera, x: camera.x + x / camera.scale, y: camera.y + y / camera.scale };
}

/** Moved only as far as needed for a rectangle to be seen whole. */
export function showing(camera: Camera, rect: Rect, view: Size): Camera {
  const margin = MARGIN / camera.scale;
  const along = (start: number, from: number, length: number, seen: number): number => {
    if (from - margin < start) return from - margin;
    if (from + length + margin > start + seen) return Math.min(from - margin, from + length + margin - seen);
    return start;
  };
  return {
    scale: camera.scale,
    x: along(camera.x, rect.x, rect.width, view.width / camera.scale),
    y: along(camera.y, rect.y, rect.height, view.height / camera.scale),
  };
}

function limited(scale: number): number {
  return Math.min(NEAREST, Math.max(FARTHEST, scale));
}
