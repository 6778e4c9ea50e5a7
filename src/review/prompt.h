// The prompt of a review: a pure function of facts. Golden-tested.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "review/diff.h"
#include "review/outcome.h"

namespace codex::review {

/// Guidance that a maintainer wrote: an AGENTS.md of the base commit.
struct Guidance {
    std::string path;  // "AGENTS.md", "src/net/AGENTS.md"
    std::string text;
};

struct PromptFacts {
    std::string repository;   // "o/r", or the folder's name for a local review
    std::int64_t number = 0;  // 0: no pull request (local)
    std::string title;
    std::string body;
    std::string author;
    std::string base_ref;
    std::string head_ref;
    std::string base_sha;
    std::string head_sha;
    std::string workspace;           // absolute path of the checkout that the shell tool starts in
    std::string checkout_note;       // e.g. "the checkout is the merge commit: line numbers differ;
                                     // trust the diff below"
    std::vector<Guidance> guidance;  // root first
    std::vector<FileDiff> files;
    std::vector<std::string> unread_files;  // in the change, but their diff is not in the prompt
    std::vector<SkippedFile> skipped;
    /// Titles and places that we already commented and that are unresolved.
    std::vector<std::string> open_findings;
    std::string additional_prompt;
    std::string boundary;  // random, for the fences
};

struct Prompt {
    std::string instructions;    // the reviewer's rubric: constant, so that the model's cache works
    std::string input;           // first turn: facts, guidance, diff
    std::string output_request;  // second turn: give the findings as JSON
    std::size_t hidden_characters_removed = 0;
    std::size_t hidden_comments_removed = 0;
};

Prompt render_review_prompt(const PromptFacts& facts);

}  // namespace codex::review
