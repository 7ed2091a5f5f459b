//! The command: everything it does is in [`wirecheck::cli`].

fn main() -> std::process::ExitCode {
    wirecheck::cli::main()
}
