//! Text as tokens of BERT's vocabulary for lower case: normalised, split into words and signs, and each word into the longest
//! pieces that the vocabulary has (WordPiece; Devlin et al., "BERT", 2019).

use std::fmt;

use rustc_hash::FxHashMap;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// The most tokens of a text that the model was trained with, with the two around it.
pub(super) const MAX_TOKENS: usize = 256;
/// A longer word counts as unknown.
const LONGEST_WORD: usize = 100;
/// The prefix of pieces that continue a word in the vocabulary.
const CONTINUES: &str = "##";

/// The vocabulary.
pub struct WordPieces {
    /// Pieces at the beginning of a word.
    first: FxHashMap<Box<str>, u32>,
    /// Pieces that continue a word, without their sign.
    next: FxHashMap<Box<str>, u32>,
    start: u32,
    end: u32,
    unknown: u32,
}

/// The part of `tokenizer.json` that differs from one vocabulary to another.
#[derive(Deserialize)]
struct TokenizerFile {
    model: WordPiece,
}

#[derive(Deserialize)]
struct WordPiece {
    vocab: FxHashMap<Box<str>, u32>,
}

impl fmt::Debug for WordPieces {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "WordPieces({})", self.first.len() + self.next.len())
    }
}

impl WordPieces {
    /// Reads `tokenizer.json`; `None` if it has no vocabulary of this kind.
    pub fn read(json: &[u8]) -> Option<Self> {
        let file: TokenizerFile = serde_json::from_slice(json).ok()?;
        let vocab = file.model.vocab;
        let special = |name: &str| vocab.get(name).copied();
        let (start, end, unknown) = (special("[CLS]")?, special("[SEP]")?, special("[UNK]")?);
        let (next, first): (FxHashMap<_, _>, FxHashMap<_, _>) = vocab
            .into_iter()
            .partition(|(piece, _)| piece.starts_with(CONTINUES) && piece.len() > CONTINUES.len());
        let next = next
            .into_iter()
            .filter_map(|(piece, id)| Some((piece.strip_prefix(CONTINUES)?.into(), id)))
            .collect();
        Some(Self {
            first,
            next,
            start,
            end,
            unknown,
        })
    }

    /// The tokens of a text: at most `MAX_TOKENS`, with the two around it.
    ///
    /// Names of special tokens in a text, such as `[SEP]`, count as ordinary text.
    pub fn tokens(&self, text: &str) -> Vec<u32> {
        let mut tokens = vec![self.start];
        let mut word = String::new();
        for c in normalised(text) {
            if tokens.len() >= MAX_TOKENS {
                break;
            }
            let alone = is_punctuation(c) || is_ideograph(c);
            if !(alone || c.is_whitespace()) {
                word.push(c);
                continue;
            }
            self.split(&word, &mut tokens);
            word.clear();
            if alone {
                self.split(c.encode_utf8(&mut [0; 4]), &mut tokens);
            }
        }
        self.split(&word, &mut tokens);
        tokens.truncate(MAX_TOKENS - 1);
        tokens.push(self.end);
        tokens
    }

    /// Adds the longest pieces that make up a word, or one unknown token.
    fn split(&self, word: &str, tokens: &mut Vec<u32>) {
        let before = tokens.len();
        let mut rest = word;
        if word.chars().nth(LONGEST_WORD).is_some() {
            tokens.push(self.unknown);
            return;
        }
        while !rest.is_empty() {
            let pieces = if rest.len() == word.len() {
                &self.first
            } else {
                &self.next
            };
            let longest = rest
                .char_indices()
                .rev()
                .map(|(at, c)| rest.split_at(at + c.len_utf8()))
                .find_map(|(piece, after)| Some((*pieces.get(piece)?, after)));
            let Some((id, after)) = longest else {
                tokens.truncate(before);
                tokens.push(self.unknown);
                return;
            };
            tokens.push(id);
            rest = after;
        }
    }
}

/// A text without control characters and accents, in lower case.
fn normalised(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter(|c| !is_left_out(*c))
        .nfd()
        .filter(|c| c.general_category() != GeneralCategory::NonspacingMark)
        .flat_map(char::to_lowercase)
}

fn is_left_out(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => false,
        '\0' | '\u{fffd}' => true,
        _ => matches!(
            c.general_category(),
            GeneralCategory::Control | GeneralCategory::Format | GeneralCategory::PrivateUse
        ),
    }
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation() || c.general_category_group() == GeneralCategoryGroup::Punctuation
}

/// Whether a character is a word by itself: what BERT takes for Chinese.
fn is_ideograph(c: char) -> bool {
    matches!(c,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2a6df}'
        | '\u{2a700}'..='\u{2b73f}' | '\u{2b740}'..='\u{2b81f}' | '\u{2b820}'..='\u{2ceaf}' | '\u{2f800}'..='\u{2fa1f}')
}
