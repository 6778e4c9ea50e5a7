// One function object of several lambdas, for std::visit.
#pragma once

namespace codex::base {

template <class... Ts>
struct Overloaded : Ts... {
    using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

}  // namespace codex::base
