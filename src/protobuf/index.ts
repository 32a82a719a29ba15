// The only entry to reading protobuf messages.
export { FieldReader, joinBytes, MalformedMessage, viewOf } from './field-reader.ts';
