//! Definitions that must not compile, and what the author is told.

#[test]
fn wrong_definitions_are_explained() {
    trybuild::TestCases::new().compile_fail("tests/definitions/*.rs");
}
