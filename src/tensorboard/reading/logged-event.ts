/** What every event has. */
interface Stamp {
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** An int64; beyond the safe integers it is rounded. */
  readonly step: number;
}

/** What every value of a series has. */
interface Tagged extends Stamp {
  readonly tag: string;
}

/** One number of a curve. */
export interface LoggedScalar extends Tagged {
  readonly kind: 'scalar';
  readonly value: number;
}

/** The bins of a histogram, from left to right. Three arrays of one length; where there are no gaps, lefts and rights may be views of one. */
export interface LoggedBins {
  readonly lefts: Float64Array;
  readonly rights: Float64Array;
  readonly counts: Float64Array;
}

/** A histogram, in whichever of TensorBoard's two forms it was written. */
export interface LoggedHistogram extends Tagged {
  readonly kind: 'histogram';
  readonly bins: LoggedBins;
  /** What the older form says of the values beside the bins. */
  readonly statistics?: {
    readonly min: number;
    readonly max: number;
    /** All values, also those in no bin. */
    readonly num: number;
    readonly sum: number;
    readonly sumSquares: number;
  };
}

/** One picture, or several of one size. */
export interface LoggedImages extends Tagged {
  readonly kind: 'image';
  readonly width: number;
  readonly height: number;
  /** Each of them as a file: a PNG mostly. */
  readonly images: readonly Uint8Array[];
}

export interface LoggedText extends Tagged {
  readonly kind: 'text';
  readonly texts: readonly string[];
}

/**
 * A value of a plugin of TensorBoard that is not read further: `hparams`, say, or `audio`, in one form, whichever of
 * TensorBoard's two it was written in.
 */
export interface LoggedPluginValue extends Tagged {
  readonly kind: 'plugin';
  /** '' where nothing says which. */
  readonly plugin: string;
  /** What its metadata hold, as the plugin encodes it. */
  readonly content: Uint8Array;
  /** The encoded `TensorProto`, where there is one. */
  readonly tensor?: Uint8Array;
}

/** The graph of a model: an encoded `GraphDef`. */
export interface LoggedGraph extends Stamp {
  readonly kind: 'graph';
  readonly graph: Uint8Array;
}

/** The graph of a model with what belongs to it: an encoded `MetaGraphDef`. */
export interface LoggedMetaGraph extends Stamp {
  readonly kind: 'metaGraph';
  readonly metaGraph: Uint8Array;
  /** The encoded `GraphDef` in it, if there is one. TensorBoard shows it where no graph of its own was logged. */
  readonly graph?: Uint8Array;
}

/** What one step of a TensorFlow session took: an encoded `RunMetadata`. */
export interface LoggedRunMetadata extends Tagged {
  readonly kind: 'runMetadata';
  readonly metadata: Uint8Array;
}

/** A line of a program's log. */
export interface LoggedMessage extends Stamp {
  readonly kind: 'message';
  /** As in Python's `logging`: 10 debug, 20 info, 30 warn, 40 error, 50 fatal; 0 where nothing is said. */
  readonly level: number;
  readonly message: string;
}

/** That a TensorFlow session stopped, or wrote a checkpoint. That one began is a {@link LoggedStart}. */
export interface LoggedSession extends Stamp {
  readonly kind: 'session';
  readonly status: 'stop' | 'checkpoint' | 'unknown';
  /** '' where nothing is said; likewise the message. */
  readonly checkpointPath: string;
  readonly message: string;
}

/** The first record of a file. */
export interface LoggedVersion extends Stamp {
  readonly kind: 'version';
  /** `brain.Event:2` */
  readonly version: string;
  /** The code that wrote the file, if it says so. */
  readonly writer: string;
}

/**
 * The run went on from this step after a crash: what came before from there on does not count. From a `RunReader` also, with
 * the step -Infinity, that another run has taken this one's place.
 */
export interface LoggedStart extends Stamp {
  readonly kind: 'start';
  /** From which checkpoint, where that is said. PyTorch and layertap do not. */
  readonly checkpointPath?: string;
  readonly message?: string;
}

/** What an event file holds. */
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
