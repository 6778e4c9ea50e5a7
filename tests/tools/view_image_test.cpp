#include "tools/view_image.h"

#include <catch2/catch_test_macros.hpp>

#include "base/file.h"
#include "base/text.h"
#include "tools_fixture.h"

using namespace codex::tools;
using namespace std::string_literals;

TEST_CASE("an image is told by its first bytes") {
    struct Row {
        std::string bytes;
        std::optional<std::string_view> type;
    };
    const Row rows[] = {
        {"\x89PNG\r\n\x1a\nrest"s, "image/png"},
        {"\xff\xd8\xff\xe0"s, "image/jpeg"},
        {"GIF87a"s, "image/gif"},
        {"GIF89a..."s, "image/gif"},
        {"RIFF\x10\0\0\0WEBPVP8 "s, "image/webp"},
        {"RIFF\x10\0\0\0WAVE"s, std::nullopt},
        {"RIFF"s, std::nullopt},
        {"\x89PN"s, std::nullopt},
        {"<svg/>"s, std::nullopt},
        {""s, std::nullopt},
    };
    for (const Row& row : rows) CHECK(image_type(row.bytes) == row.type);
}

TEST_CASE("an image of the workspace is shown, and nothing else") {
    Workspace workspace;
    const auto tool = make_view_image(*workspace.worker, 64);
    CHECK(tool->is_parallel_safe());
    const std::string png = "\x89PNG\r\n\x1a\n\0\x01"s;
    codex::base::write_file_atomically(workspace.path() / "a.txt", png);
    codex::base::write_file_atomically(workspace.path() / "text.png", "text");
    codex::base::write_file_atomically(workspace.path() / "large.png", png + std::string(64, 'x'));
    std::filesystem::create_symlink("/etc/passwd", workspace.path() / "link.png");
    const ToolOutput shown = tool->call(R"({"path":"a.txt"})", nullptr);
    CHECK(shown.text == "attached local image path");
    CHECK(shown.success);
    CHECK(shown.images == std::vector<Image>{{"image/png", codex::base::to_base64(png)}});

    struct Row {
        std::string arguments;
        std::string answer;
    };
    const Row rows[] = {
        {"{}", "The arguments of view_image cannot be read: $.path is missing"},
        {R"({"path":"missing.png"})", "unable to locate image at missing.png: "},
        {R"({"path":"."})", "unable to locate image at .: "},
        {R"({"path":"link.png"})", "unable to locate image at link.png: "},
        {R"({"path":"large.png"})", "unable to locate image at large.png: "},
        {R"({"path":"text.png"})", "image path text.png is no PNG, JPEG, GIF or WebP image"},
    };
    for (const Row& row : rows) {
        const ToolOutput output = tool->call(row.arguments, nullptr);
        CHECK(output.text.substr(0, row.answer.size()) == row.answer);
        CHECK_FALSE(output.success);
        CHECK(output.images.empty());
    }
}
