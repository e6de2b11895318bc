// Package decode lets onnx-go decode a model into operations: it is the backend
// that onnx-go drives through AddNode, SetWeightedEdge and ApplyOperation.
//
// onnx-go knows a node by its operator, its attributes and its edges; it drops
// the node's name and domain, dynamic axes, and most datatypes. So it is given a
// light copy of the model, which holds the topology only, and every operation it
// applies is joined with what the file's own reader knows of that node.
//
// It must not know what operators mean.
package decode
