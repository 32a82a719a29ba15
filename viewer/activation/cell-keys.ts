import type { Cell, Frame } from './frame.ts';

/**
 * The cell that a key moves the cursor to. The first key shows the cursor, in the first cell. Beyond the edge of a map is
 * the next map, if there is one.
 * @returns undefined for keys that do not move it
 */
export function nextCell(frame: Frame, cursor: Cell | undefined, key: string): Cell | undefined {
  const { maps, down, wide, across } = frame;
  if (maps === 0 || wide === 0 || down === 0) return undefined;
  const cell = cursor ?? { map: 0, row: 0, column: 0 };
  const { map, row } = cell;
  const moved = (rows: number, columns: number): Cell => {
    let [nextMap, r, c] = [map, row + rows, cell.column + columns];
    if (c < 0 || c >= wide) {
      nextMap += columns;
      c = columns > 0 ? 0 : wide - 1;
    }
    if (r < 0 || r >= down) {
      nextMap += rows * across;
      r = rows > 0 ? 0 : down - 1;
    }
    return nextMap < 0 || nextMap >= maps ? cell : { map: nextMap, row: r, column: c };
  };
  const keys: Readonly<Record<string, Cell | undefined>> = {
    ArrowLeft: moved(0, -1),
    ArrowRight: moved(0, 1),
    ArrowUp: moved(-1, 0),
    ArrowDown: moved(1, 0),
    Home: { map, row, column: 0 },
    End: { map, row, column: wide - 1 },
    PageUp: { ...cell, map: Math.max(0, map - 1) },
    PageDown: { ...cell, map: Math.min(maps - 1, map + 1) },
  };
  const next = Object.hasOwn(keys, key) ? keys[key] : undefined;
  return next !== undefined && cursor === undefined ? cell : next;
}
