/** What the command was asked for cannot be done: its message is all that the user is told. */
export class CommandError extends Error {}
