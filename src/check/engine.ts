/** @file What an engine may lack: React Native's, jsdom's, an old browser's. */

/** A reference that keeps nothing alive; an engine without `WeakRef` keeps the value alive through it. */
export interface WeakReference<T> {
  deref(): T | undefined;
}

export function weakly<T extends object>(value: T): WeakReference<T> {
  return typeof WeakRef === 'undefined' ? { deref: () => value } : new WeakRef(value);
}

/** @throws Error that names the class, where the engine has no `TextDecoder` */
export function textDecoder(options?: TextDecoderOptions): TextDecoder {
  if (typeof TextDecoder === 'undefined') throw lacking('TextDecoder', 'reading the text of a file');
  return new TextDecoder('utf-8', options);
}

/** @throws Error that names the class, where the engine has no `TextEncoder` */
export function textEncoder(): TextEncoder {
  if (typeof TextEncoder === 'undefined') throw lacking('TextEncoder', 'writing the text of a file');
  return new TextEncoder();
}

/** The error of a job that the engine cannot do. */
export const lacking = (name: string, job: string): Error =>
  new Error(`layertap: ${job} needs a ${name}, which this engine does not have: load a polyfill of it`);
