#include "commands/usage_error.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>

#include "base/text.h"
#include "commands/choices.h"
#include "commands/empty_values.h"

namespace xdpbench::commands {
namespace {

// "-5" is a value.
bool looks_like_option(const std::string& word) {
    return word.size() > 1 && word[0] == '-' && word != "--" &&
           std::isdigit(static_cast<unsigned char>(word[1])) == 0;
}

// Of "--name=value", "-ovalue" and "-vv": the name.
std::string name_in(const std::string& word) {
    return word.starts_with("--") ? word.substr(0, word.find('=')) : word.substr(0, 2);
}

const CLI::App* find_command(const CLI::App& app, const std::string& name) {
    for (const CLI::App* const command : app.get_subcommands({})) {
        if (command->get_name() == name) return command;
    }
    return nullptr;
}

std::string unknown_option(const CLI::App& command, const std::string& name) {
    std::vector<std::string> known;
    for (const CLI::Option* const option : command.get_options()) {
        for (const std::string& one : option->get_lnames()) known.push_back("--" + one);
    }
    return fmt::format("there is no option {}{}", name, did_you_mean(name, known));
}

std::string unknown_command(const CLI::App& app, const std::string& name) {
    if (std::find(kRunParts.begin(), kRunParts.end(), name) != kRunParts.end())
        return fmt::format("there is no command {0}: it is a part of run (--only {0})", name);
    std::vector<std::string> known;
    for (const CLI::App* const command : app.get_subcommands({}))
        known.push_back(command->get_name());
    return fmt::format("there is no command {}{}", name, did_you_mean(name, known));
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

// Of several, others add up, or the last one counts.
bool is_taken_once(const CLI::Option& option) {
    return option.get_items_expected_max() == 1 &&
           option.get_multi_option_policy() == CLI::MultiOptionPolicy::Throw;
}

// Reads words as CLI11 does, which itself takes `--peer` in `--dev --peer eth2` for a value.
class Scan {
  public:
    Scan(const CLI::App& app, const std::vector<std::string>& arguments)
        : app_(&app), command_(&app), arguments_(&arguments) {}

    std::optional<UsageError> run() {
        for (; at_ < arguments_->size(); ++at_) {
            const std::string& word = (*arguments_)[at_];
            std::string wrong = looks_like_option(word) ? option(word) : plain(word);
            if (!wrong.empty())
                return UsageError{std::move(wrong), command_ == app_ ? "" : command_->get_name()};
        }
        return std::nullopt;
    }

  private:
    // A command, or a value.
    std::string plain(const std::string& word) {
        if (command_ != app_) return {};
        if (const CLI::App* const found = find_command(*app_, word)) {
            command_ = found;
            given_.clear();
            return {};
        }
        return at_ == 0 ? unknown_command(*app_, word) : "";
    }

    std::string option(const std::string& word) {
        const std::string name = name_in(word);
        const CLI::Option* const option = command_->get_option_no_throw(name);
        if (option == nullptr) return unknown_option(*command_, name);
        // CLI11 would take the next word for the value.
        if (word == name + "=") return fmt::format("{}: {}", name, kEmptyValue);
        if (!takes_value(*option)) return {};
        if (name == word) {
            if (at_ + 1 == arguments_->size() || is_option((*arguments_)[at_ + 1]))
                return fmt::format("option {} needs a value: {}", name, option->get_type_name());
            ++at_;
        }
        if (is_taken_once(*option) && ++given_[option] > 1)
            return fmt::format("option {} is given twice", name);
        return {};
    }

    [[nodiscard]] bool is_option(const std::string& word) const {
        if (!looks_like_option(word)) return false;
        return word.starts_with("--") || command_->get_option_no_throw(word) != nullptr;
    }

    const CLI::App* app_;
    const CLI::App* command_;
    const std::vector<std::string>* arguments_;
    std::size_t at_ = 0;
    std::map<const CLI::Option*, int> given_;
};

std::string shown(const CLI::Option& option) {
    if (option.get_positional()) return "argument " + option.get_name();
    return fmt::format("option {} {}", option.get_name(), option.get_type_name());
}

std::string missing(const CLI::App& command) {
    for (const CLI::Option* const option : command.get_options()) {
        if (option->get_required() && option->count() == 0) return shown(*option) + " is missing";
    }
    return {};
}

std::string lonely(const CLI::App& command) {
    for (const CLI::Option* const option : command.get_options()) {
        if (option->count() == 0) continue;
        for (const CLI::Option* const other : option->get_needs()) {
            if (other->count() == 0)
                return fmt::format("{} is missing: {} needs it", shown(*other), option->get_name());
        }
    }
    return {};
}

std::string not_expected(const CLI::App& app, const CLI::App& command) {
    const std::vector<std::string> words = app.remaining(true);
    if (words.empty()) return {};
    if (looks_like_option(words.front())) return unknown_option(command, name_in(words.front()));
    return fmt::format("argument {} is not expected", words.front());
}

// By its type: CLI11 gives some errors the name of the application.
template <class Kind>
bool is(const CLI::ParseError& error) {
    return dynamic_cast<const Kind*>(&error) != nullptr;
}

// "Could not convert: --rounds = many", as CLI11 writes it.
std::string no_number(std::string_view text) {
    constexpr std::string_view kBegin = "Could not convert: ";
    constexpr std::string_view kSign = " = ";
    const std::size_t sign = text.find(kSign);
    if (!text.starts_with(kBegin) || sign == std::string_view::npos) return {};
    return fmt::format("option {} needs a number, not {}",
                       text.substr(kBegin.size(), sign - kBegin.size()),
                       text.substr(sign + kSign.size()));
}

}  // namespace

std::string UsageError::text() const {
    return fmt::format("{}\n  see: xdp-bench{}{} --help", what, command.empty() ? "" : " ",
                       command);
}

std::optional<UsageError> find_usage_error(const CLI::App& app,
                                           const std::vector<std::string>& arguments) {
    return Scan(app, arguments).run();
}

UsageError usage_error_of(const CLI::App& app, const CLI::ParseError& error) {
    const std::vector<const CLI::App*> parsed =
        app.get_subcommands([](const CLI::App* one) { return one->parsed(); });
    const CLI::App& command = parsed.empty() ? app : *parsed.front();
    std::string what;
    if (is<CLI::RequiredError>(error)) what = missing(command);
    if (is<CLI::RequiresError>(error)) what = lonely(command);
    if (is<CLI::ExtrasError>(error)) what = not_expected(app, command);
    if (is<CLI::ConversionError>(error)) what = no_number(error.what());
    return {what.empty() ? std::string(error.what()) : what,
            parsed.empty() ? "" : command.get_name()};
}

Error missing_argument(const std::string& command, const std::string& name,
                       const std::string& needed) {
    return input_error(fmt::format("{} {} is missing: {}\n  see: xdp-bench {} --help",
                                   name.starts_with('-') ? "option" : "argument", name, needed,
                                   command));
}

}  // namespace xdpbench::commands
