// Values of scenarios, maps and events: text, lists and fields, typed later by BTF.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/location.h"

namespace xdpbench::model {

// A value as written. What type it has is decided later by the program's BTF.
struct Value {
    struct Field;
    using List = std::vector<Value>;
    using Fields = std::vector<Field>;  // in the order written; no name twice

    using Data = std::variant<std::string, List, Fields>;

    Location where;
    Data data;

    Value() = default;
    Value(Location place, Data content);

    [[nodiscard]] const std::string* scalar() const { return std::get_if<std::string>(&data); }
    [[nodiscard]] const List* list() const { return std::get_if<List>(&data); }
    [[nodiscard]] const Fields* fields() const { return std::get_if<Fields>(&data); }
};

struct Value::Field {
    std::string name;
    Value value;
};

inline Value::Value(Location place, Data content)
    : where(std::move(place)), data(std::move(content)) {}

// On one line for a person: "a=1 b={c=2} d=[3, 4]"; only lists and what is inside have brackets.
[[nodiscard]] std::string one_line(const Value& value);

}  // namespace xdpbench::model
