// Random JSON values of every kind, the same for the same seed.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "json/value.h"

namespace codex::test {

class RandomJson {
  public:
    explicit RandomJson(unsigned seed) : random_(seed) {}

    std::size_t number(std::size_t low, std::size_t high) {
        return std::uniform_int_distribution<std::size_t>(low, high)(random_);
    }

    /// Valid UTF-8 with all that needs an escape, and from every plane.
    std::string text() {
        std::string text;
        for (std::size_t left = number(0, 12); left > 0; --left) {
            static constexpr std::pair<char32_t, char32_t> kRanges[] = {
                {0x00, 0x1F},     {0x20, 0x7F},     {0x80, 0x7FF},      {0x800, 0xD7FF},
                {0xE000, 0xFFFF}, {0x2028, 0x2029}, {0x10000, 0x10FFFF}};
            const auto [low, high] = kRanges[number(0, std::size(kRanges) - 1)];
            base::append_utf8(text, static_cast<char32_t>(number(low, high)));
        }
        return text;
    }

    double finite_double() {
        while (true) {
            const std::uint64_t bits = random_();
            double value = 0;
            std::memcpy(&value, &bits, sizeof value);
            if (std::isfinite(value)) return value;
        }
    }

    json::Value value(std::size_t max_depth) {
        switch (number(0, max_depth == 0 ? 5 : 7)) {
            case 0:
                return nullptr;
            case 1:
                return number(0, 1) == 1;
            case 2:
                return static_cast<std::int64_t>(random_() >> number(0, 63));
            case 3:
                return std::uint64_t{random_() >> number(0, 63)};
            case 4:
                return finite_double();
            case 5:
                return text();
            case 6: {
                json::Array array;
                for (std::size_t left = number(0, 5); left > 0; --left) {
                    array.push_back(value(max_depth - 1));
                }
                return array;
            }
            default: {
                json::Object object;
                for (std::size_t left = number(0, 5); left > 0; --left) {
                    object.set(text(), value(max_depth - 1));
                }
                return object;
            }
        }
    }

  private:
    std::mt19937_64 random_;
};

}  // namespace codex::test
