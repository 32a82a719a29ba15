// The only door to reading protobuf messages, from whatever file they come.
export { FieldReader, MalformedMessage, viewOf } from './field-reader.ts';
