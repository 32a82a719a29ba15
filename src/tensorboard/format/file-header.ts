import { encodeEventRecord } from './event.ts';

/**
 * The first record of every event file: its version, and which code wrote it. The name is that of PyTorch's writer,
 * because the files are the same.
 * Source: `EventFileWriter.__init__` in tensorboard/summary/writer/event_file_writer.py.
 * @param wallTime seconds since 1970
 */
export function fileHeader(wallTime: number): Uint8Array {
  return encodeEventRecord({
    wallTime,
    fileVersion: 'brain.Event:2',
    writer: 'tensorboard.summary.writer.event_file_writer',
  });
}
