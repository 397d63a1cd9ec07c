// Package train makes the model that weighs what the rules say of a text.
//
// In: a taxonomy, texts, and labels of them. Out: the bytes of
// configs/taxonomy/model.yaml, the same for the same input. Called by
// `kulkul train`. Nothing is drawn at random, and no text is kept: the model
// holds one number for each area, flashpoint and context of the taxonomy.
package train
