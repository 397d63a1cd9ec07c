// Package language tells which language a text is in.
//
// In: what the feed declares, and the text. Out: an ISO 639-1 code, "und" where
// it cannot be told. Called by package lexicon.
//
// The script decides alone for Thai, Lao, Khmer, Burmese, Korean and, with a
// look at the letters used, for Chinese and Japanese. Among languages of one
// script (Latin, Cyrillic, Devanagari, Bengali) a naive Bayes model over runs
// of three letters and frequent words decides; what the feed declares counts
// as a prior. The model is trained, in a few milliseconds, from the word lists
// and sample sentences under data/, which were written for it. Some neighbours
// (Spanish, Ukrainian, Nepali …) have lists only in order to be told apart.
package language
