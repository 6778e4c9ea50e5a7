#include "base/redactor.h"

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "base/text.h"

using codex::base::Redactor;
using namespace codex::base;  // the encodings

namespace {

const std::string kKey = "sk-proj-9fK2/xQ+7mZ_v4LrT8wB1nC6";

Redactor redactor_of(const std::vector<std::string>& secrets) {
    Redactor redactor;
    for (const std::string& secret : secrets) redactor.add(secret);
    return redactor;
}

std::string with_between(std::string_view secret, std::string_view filler) {
    std::string text;
    for (const char c : secret) {
        if (!text.empty()) text += filler;
        text += c;
    }
    return text;
}

std::string all_percent(std::string_view secret, bool upper) {
    std::string text;
    for (const char c : secret) {
        const std::string hex = to_hex(std::string_view(&c, 1));
        text += "%" + (upper ? to_upper(hex) : hex);
    }
    return text;
}

std::string to_base64url(std::string_view bytes) {
    return replace_all(replace_all(to_base64(bytes), "+", "-"), "/", "_");
}

}  // namespace

TEST_CASE("every form of a secret is masked whole") {
    const std::vector<std::string> forms = {
        kKey,
        std::string(kKey.rbegin(), kKey.rend()),
        to_upper(kKey),
        to_lower(kKey),
        to_hex(kKey),
        to_upper(to_hex(kKey)),
        percent_encode(kKey),
        to_lower(percent_encode(kKey)),
        all_percent(kKey, true),
        all_percent(kKey, false),
        "%73k" + kKey.substr(2),
        with_between(kKey, " "),
        with_between(kKey, "-"),
        with_between(kKey, "\n"),
        with_between(kKey, ". "),
        with_between(kKey, "`"),
        with_between(kKey, "\xE2\x80\x8B"),      // zero-width space
        with_between(kKey, "\xC2\xAD"),          // soft hyphen
        with_between(kKey, "\xF3\xA0\x81\x81"),  // tag character
        with_between(to_hex(kKey), ":"),
    };
    const Redactor redactor = redactor_of({kKey});
    for (const std::string& form : forms) {
        INFO(form);
        CHECK(redactor.redact(form) == "***");
        CHECK(redactor.redact("key=\xC3\xA4 <" + form + "> \xC3\xA4!") ==
              "key=\xC3\xA4 <***> \xC3\xA4!");
        CHECK(redactor.finds_secret(form));
    }
}

TEST_CASE("base64 of a secret is masked wherever it starts in what was encoded") {
    const Redactor redactor = redactor_of({kKey});
    for (std::size_t before = 0; before < 7; ++before) {
        for (std::size_t after = 0; after < 4; ++after) {
            // Bytes whose base64 is "/" and "+" in part, so that the alphabets differ.
            const std::string bytes =
                std::string(before, '\xFB') + kKey + std::string(after, '\xFF');
            for (const std::string& encoded : {to_base64(bytes), to_base64url(bytes)}) {
                INFO(before << " bytes before, " << after << " after: " << encoded);
                const std::string masked = redactor.redact(encoded);
                const std::size_t at = masked.find("***");
                REQUIRE(at != std::string::npos);
                // All but the characters that neighbours share, and padding.
                CHECK(at <= (before * 8 + 5) / 6);
                CHECK(masked.size() - at - 3 <= (after * 8 + 5) / 6 + 3);
            }
        }
    }
    const std::string wrapped = to_base64("user:" + kKey);
    CHECK(redactor.redact(wrapped.substr(0, 20) + "\n" + wrapped.substr(20)) == "dXNlcjp***g==");
}

TEST_CASE("a part of a secret is masked from twelve characters on") {
    const std::string secret = "ghp_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789";
    const Redactor redactor = redactor_of({secret});
    for (std::size_t at = 0; at + 12 <= secret.size(); ++at) {
        for (std::size_t length = 12; at + length <= secret.size(); length += 7) {
            const std::string part = secret.substr(at, length);
            INFO(part);
            CHECK(redactor.redact("(" + part + ")") == "(***)");
        }
    }
    const std::string eleven = secret.substr(8, 11);
    CHECK(redactor.redact("(" + eleven + ")") == "(" + eleven + ")");
    CHECK(redactor.redact(eleven + "~" + secret.substr(25, 5)) ==
          eleven + "~" + secret.substr(25, 5));
    const std::string half_of_base64 = to_base64(secret).substr(10, 20);
    CHECK(redactor.redact(half_of_base64) == "***");
}

TEST_CASE("what is no secret stays as it is") {
    struct Case {
        std::vector<std::string> secrets;
        std::string text;
    };
    const std::vector<Case> cases = {
        {{}, "anything " + kKey},
        {{kKey}, ""},
        {{kKey}, "sk-proj- is how keys begin; %73%6b, 100%, %zz, \xFF\xC3 and \xE2\x80\x8B stay"},
        {{""}, "text"},
        {{"a"}, "a banana"},
        {{"12345"}, "12345"},
        {{"secret word"}, "a word that is secret"},
    };
    for (const Case& one : cases) {
        INFO(one.text);
        const Redactor redactor = redactor_of(one.secrets);
        CHECK(redactor.redact(one.text) == one.text);
        CHECK_FALSE(redactor.finds_secret(one.text));
    }
}

TEST_CASE("short, odd and many secrets") {
    struct Case {
        std::vector<std::string> secrets;
        std::string text;
        std::string masked;
    };
    const std::string pem = "-----BEGIN KEY-----\nMIIBOgIBAAJBAKj34\nGkxFhD90vcNLYLInFEX6\n";
    const std::vector<Case> cases = {
        {{"abc123"}, "abc123 abc12 xabc123y a b c 1 2 3", "*** abc12 x***y ***"},
        {{"!?!?!?!"}, "why!?!?!?!?", "why***?"},
        {{"--abcdef--"}, "--abcdef-- abcdef", "*** ***"},
        {{"p\xC3\xA4ssw\xC3\xB6rd\xC3\xA4\xC3\xA4\xC3\xA4"},
         "<p\xC3\xA4ssw\xC3\xB6rd\xC3\xA4\xC3\xA4\xC3\xA4>",
         "<***>"},
        {{"secret-one", "secret-two"}, "secret-one, secret-two", "***, ***"},
        {{"first-secret-value", "second-secret-value"},
         "first-secret-valuesecond-secret-value",
         "***"},
        {{"first-secret-value", "secret-value-and-more"}, "first-secret-value-and-more!", "***!"},
        {{kKey, kKey}, kKey + " " + kKey, "*** ***"},
        {{pem}, "cut: GkxFhD90vcNLYLInFEX6", "cut: ***"},
        {{"key with blanks"}, "key+with%20blanks", "***"},
    };
    for (const Case& one : cases) {
        INFO(one.text);
        CHECK(redactor_of(one.secrets).redact(one.text) == one.masked);
    }
}

TEST_CASE("masking a part that ends within a character keeps the text valid") {
    // Cyrillic letters share their first byte.
    const std::string secret = "\xD0\xBF\xD0\xB0\xD1\x80\xD0\xBE\xD0\xBB\xD1\x8C\xD0\xBA\xD0\xBB";
    const Redactor redactor = redactor_of({secret});
    const std::string text = "<" + secret.substr(0, 14) + "\xD0\xB6>";
    CHECK(redactor.redact(text) == "<***>");
}

TEST_CASE("a large text is searched in time linear to its size", "[slow]") {
    // Secrets and texts that make a naive search quadratic: everything nearly matches everywhere.
    const Redactor redactor =
        redactor_of({std::string(2000, 'a') + "b", "aaaaaab", kKey, std::string(500, '-') + "end"});
    constexpr std::size_t kSize = 100'000;
    const std::vector<std::string> texts = {
        std::string(kSize, 'a'),
        std::string(kSize, '-'),
        std::string(kSize, '%'),
        with_between(std::string(kSize / 2, 'a'), "z"),
        with_between(std::string(kSize / 2, 's'), " "),
    };
    const auto started = std::chrono::steady_clock::now();
    CHECK(redactor.redact(texts[0]) == "***");
    CHECK(redactor.redact(texts[1]) == "***");
    for (std::size_t i = 2; i < texts.size(); ++i) CHECK(redactor.redact(texts[i]) == texts[i]);
    // Generous for sanitizers and busy machines; quadratic work would take many times longer.
    CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(15));
}
