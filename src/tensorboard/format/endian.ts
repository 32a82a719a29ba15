/** Whether this machine keeps numbers in the order of the file formats, as nearly all do. */
export const LITTLE_ENDIAN: boolean = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
