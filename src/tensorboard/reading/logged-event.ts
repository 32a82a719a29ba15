interface Stamp {
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** An int64; beyond the safe integers it is rounded. */
  readonly step: number;
}

interface Tagged extends Stamp {
  readonly tag: string;
}

/** One number of a curve. */
export interface LoggedScalar extends Tagged {
  readonly kind: 'scalar';
  readonly value: number;
}

/** The bins of a histogram, from left to right, as three arrays of one length. Without gaps, lefts and rights may be views of one array. */
export interface LoggedBins {
  readonly lefts: Float64Array;
  readonly rights: Float64Array;
  readonly counts: Float64Array;
}

/** A histogram of either of TensorBoard's two forms. */
export interface LoggedHistogram extends Tagged {
  readonly kind: 'histogram';
  readonly bins: LoggedBins;
  /** Stored by the older form only. */
  readonly statistics?: {
    readonly min: number;
    readonly max: number;
    /** Number of all values, those in no bin included. */
    readonly num: number;
    readonly sum: number;
    readonly sumSquares: number;
  };
}

/** One image, or several of one size. */
export interface LoggedImages extends Tagged {
  readonly kind: 'image';
  readonly width: number;
  readonly height: number;
  /** Each is an encoded file, usually a PNG. */
  readonly images: readonly Uint8Array[];
}

/** One text, or several. */
export interface LoggedText extends Tagged {
  readonly kind: 'text';
  readonly texts: readonly string[];
}

/** A value of a TensorBoard plugin that is not decoded, such as `hparams`, or `audio`, always in the newer form. */
export interface LoggedPluginValue extends Tagged {
  readonly kind: 'plugin';
  /** '' if unknown. */
  readonly plugin: string;
  /** The plugin's metadata, in its own encoding. */
  readonly content: Uint8Array;
  /** The encoded `TensorProto`, if there is one. */
  readonly tensor?: Uint8Array;
}

/** The graph of a model: an encoded `GraphDef`. */
export interface LoggedGraph extends Stamp {
  readonly kind: 'graph';
  readonly graph: Uint8Array;
}

/** A model with its graph: an encoded `MetaGraphDef`. */
export interface LoggedMetaGraph extends Stamp {
  readonly kind: 'metaGraph';
  readonly metaGraph: Uint8Array;
  /** Its encoded `GraphDef`, if there is one. TensorBoard shows it if the run has no {@link LoggedGraph}. */
  readonly graph?: Uint8Array;
}

/** Time and memory of one step of a TensorFlow session: an encoded `RunMetadata`. */
export interface LoggedRunMetadata extends Tagged {
  readonly kind: 'runMetadata';
  readonly metadata: Uint8Array;
}

/** A line of a program's log. */
export interface LoggedMessage extends Stamp {
  readonly kind: 'message';
  /** As in Python's `logging`: 10 debug, 20 info, 30 warn, 40 error, 50 fatal; 0 if unknown. */
  readonly level: number;
  readonly message: string;
}

/** A TensorFlow session stopped, or wrote a checkpoint. Its start is a {@link LoggedStart}. */
export interface LoggedSession extends Stamp {
  readonly kind: 'session';
  readonly status: 'stop' | 'checkpoint' | 'unknown';
  /** '' if unknown. */
  readonly checkpointPath: string;
  /** '' if there is none. */
  readonly message: string;
}

/** The first record of a file. */
export interface LoggedVersion extends Stamp {
  readonly kind: 'version';
  /** `brain.Event:2` */
  readonly version: string;
  /** The software that wrote the file; '' if unknown. */
  readonly writer: string;
}

/**
 * The run resumed at this step after a crash: earlier records from that step on are void. From a `RunReader`, the step
 * -Infinity means that another run has replaced this one.
 */
export interface LoggedStart extends Stamp {
  readonly kind: 'start';
  /** The checkpoint that it resumed from. PyTorch and layertap do not write it. */
  readonly checkpointPath?: string;
  readonly message?: string;
}

/** A record of an event file, decoded. */
export type LoggedEvent =
  | LoggedScalar
  | LoggedHistogram
  | LoggedImages
  | LoggedText
  | LoggedPluginValue
  | LoggedGraph
  | LoggedMetaGraph
  | LoggedRunMetadata
  | LoggedMessage
  | LoggedSession
  | LoggedVersion
  | LoggedStart;
