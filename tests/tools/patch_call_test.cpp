#include "tools/patch_call.h"

#include <catch2/catch_test_macros.hpp>

using namespace codex::tools;

namespace {

using Argv = std::vector<std::string>;

const std::string kPatch = "*** Begin Patch\n*** Delete File: a\n*** End Patch";

/// "command", "bare", or the folder and the text of a patch.
std::string seen(const Argv& argv) {
    const auto what = recognise_patch(argv);
    if (std::holds_alternative<OrdinaryCommand>(what)) return "command";
    if (std::holds_alternative<BarePatch>(what)) return "bare";
    const auto& call = std::get<PatchCall>(what);
    return "[" + call.folder + "]" + call.text;
}

std::string script(const std::string& text) {
    return seen({"bash", "-lc", text});
}

std::string here_document(const std::string& head, const std::string& word) {
    return head + "\n" + kPatch + "\n" + word;
}

}  // namespace

TEST_CASE("a patch as the program's one argument is a patch, whatever it holds") {
    CHECK(seen({"apply_patch", kPatch}) == "[]" + kPatch);
    CHECK(seen({"applypatch", "no patch"}) == "[]no patch");
    CHECK(seen({"/usr/bin/apply_patch", kPatch}) == "[]" + kPatch);
    CHECK(seen({"apply_patch"}) == "command");
    CHECK(seen({"apply_patch", kPatch, "x"}) == "command");
    CHECK(seen({"my_apply_patch", kPatch}) == "command");
}

TEST_CASE("a script that is one here-document for apply_patch is a patch") {
    for (const std::string head :
         {"apply_patch <<EOF", "apply_patch <<'EOF'", "apply_patch <<\"EOF\"", "apply_patch<<EOF",
          "applypatch << 'EOF'", "  apply_patch  <<  EOF  "}) {
        INFO(head);
        CHECK(script(here_document(head, "EOF")) == "[]" + kPatch);
        CHECK(script(here_document(head, "EOF\n\n")) == "[]" + kPatch);
    }
    CHECK(script(here_document("apply_patch <<'PATCH END'", "PATCH END")) == "[]" + kPatch);
    for (const std::string shell : {"bash", "sh", "zsh", "/bin/bash"}) {
        for (const std::string option : {"-c", "-lc"})
            CHECK(seen({shell, option, here_document("apply_patch <<EOF", "EOF")}) ==
                  "[]" + kPatch);
    }
    // Nothing in it is expanded.
    CHECK(script("apply_patch <<EOF\n$HOME `id`\nEOF") == "[]$HOME `id`");
}

TEST_CASE("a change of folder in front of it is understood, and nothing else") {
    CHECK(script(here_document("cd sub && apply_patch <<EOF", "EOF")) == "[sub]" + kPatch);
    CHECK(script(here_document("cd 'a b' && apply_patch <<EOF", "EOF")) == "[a b]" + kPatch);
    CHECK(script(here_document("cd \"a b\"&&apply_patch <<EOF", "EOF")) == "[a b]" + kPatch);
    CHECK(script(here_document("cd /abs/x && apply_patch <<EOF", "EOF")) == "[/abs/x]" + kPatch);
    for (const std::string head :
         {"cd sub; apply_patch <<EOF", "cd sub || apply_patch <<EOF", "cd && apply_patch <<EOF",
          "cd a b && apply_patch <<EOF", "cd $HOME && apply_patch <<EOF",
          "cd ~ && apply_patch <<EOF", "cd \"$x\" && apply_patch <<EOF",
          "cd - && apply_patch <<EOF", "cd a && cd b && apply_patch <<EOF",
          "cd 'a'b && apply_patch <<EOF", "pushd sub && apply_patch <<EOF"}) {
        INFO(head);
        CHECK(script(here_document(head, "EOF")) == "command");
    }
}

TEST_CASE("with anything around it, it is an ordinary command") {
    for (const std::string& text :
         {here_document("apply_patch <<EOF && echo done", "EOF"),
          here_document("apply_patch <<EOF | cat", "EOF"),
          here_document("apply_patch <<EOF", "EOF\necho done"),
          here_document("echo start; apply_patch <<EOF", "EOF"),
          here_document("apply_patch --dry-run <<EOF", "EOF"),
          here_document("apply_patch <<EOF", "EOF2"), here_document("apply_patch <<-EOF", "EOF"),
          here_document("apply_patch <<<EOF", "EOF"), here_document("apply_patch <EOF", "EOF"),
          here_document("cat <<EOF", "EOF"), here_document("apply_patch <<$X", "$X"),
          here_document("apply_patch <<\\EOF", "EOF"), std::string("apply_patch"),
          std::string("apply_patch x"), std::string("echo apply_patch"), std::string()}) {
        INFO(text);
        CHECK(script(text) == "command");
    }
    CHECK(seen({"bash", here_document("apply_patch <<EOF", "EOF")}) == "command");
    CHECK(seen({"bash", "-x", here_document("apply_patch <<EOF", "EOF")}) == "command");
    CHECK(seen({"python3", "-c", here_document("apply_patch <<EOF", "EOF")}) == "command");
    CHECK(seen({}) == "command");
}

TEST_CASE("a patch where a command should be is told from a command") {
    CHECK(seen({kPatch}) == "bare");
    CHECK(script(kPatch) == "bare");
    CHECK(seen({"echo", kPatch}) == "command");
    CHECK(seen({"*** Begin Patch"}) == "command");
}
