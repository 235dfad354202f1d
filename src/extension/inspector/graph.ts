/** The dataflow graph of a report as the inspector shows it. */
import type {
  Count,
  GraphReport,
  InspectorGraph,
  InspectorGraphNode,
  InspectorNote,
  ModelReport,
} from '../../protocol/index.js';
import { countText, outputText } from '../../texts.js';
import { inputsHint, linkOf, noteOf, plainNote, type ToUri } from './view.js';

/** The graph, or why there is none. */
export function graphOf(report: ModelReport, toUri: ToUri): InspectorGraph {
  const { graph } = report;
  if (!graph) return { nodes: [], groups: [], edges: [], notes: withoutGraph(report, toUri) };
  return {
    nodes: graph.nodes.map((node) => nodeOf(node, toUri)),
    groups: graph.groups.map(({ span, ...group }) => ({ ...group, source: linkOf(span, toUri) })),
    edges: graph.edges.map(({ from, to, shape }) => ({ from, to, shape: outputText(shape) })),
    notes: graph.unknown ? [noteOf(graph.unknown, toUri)] : [],
  };
}

function withoutGraph(report: ModelReport, toUri: ToUri): InspectorNote[] {
  const what =
    report.inputs.length > 0
      ? [plainNote('What forward does could not be followed.')]
      : [plainNote('The sizes of the inputs are unknown, so there is no graph.'), inputsHint(report)];
  return [...what, ...report.unknowns.map((note) => noteOf(note, toUri))];
}

function nodeOf({ span, macs, ...node }: GraphReport['nodes'][number], toUri: ToUri): InspectorGraphNode {
  return { ...node, source: linkOf(span, toUri), macs: costOf(macs) };
}

/** What costs nothing says nothing. */
function costOf(macs: Count | undefined): string {
  return macs === undefined || macs === null || macs === 0 ? '' : countText(macs);
}
