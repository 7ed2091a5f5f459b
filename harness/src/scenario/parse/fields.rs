//! Access to tables whose structure has been checked. A missing or wrong value is
//! `None`: the grammar has reported it already.

use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::scenario::duration;
pub(super) use crate::scenario::toml_value::Node;
use crate::scenario::toml_value::integer;

/// The table of a whole file as a node.
pub(super) fn root(table: Spanned<DeTable<'_>>) -> Node<'_> {
    let span = table.span();
    Spanned::new(span, DeValue::Table(table.into_inner()))
}

pub(super) fn of<'a>(node: &'a Node<'a>) -> Option<Fields<'a>> {
    node.get_ref().as_table().map(Fields)
}

#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(&'a DeTable<'a>);

impl<'a> Fields<'a> {
    pub(super) fn get(&self, key: &str) -> Option<&'a Node<'a>> {
        self.0.get(key)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.get(key)?.get_ref().as_str()
    }

    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.get(key)?.get_ref().as_bool()
    }

    pub(super) fn number<N: TryFrom<i64>>(&self, key: &str) -> Option<N> {
        integer(self.get(key)?.get_ref())?.try_into().ok()
    }

    pub(super) fn duration(&self, key: &str) -> Option<Duration> {
        duration::parse(self.text(key)?).ok()
    }

    pub(super) fn table(&self, key: &str) -> Option<Self> {
        of(self.get(key)?)
    }

    pub(super) fn list(&self, key: &str) -> impl Iterator<Item = &'a Node<'a>> + use<'a> {
        let items = self.get(key).and_then(|node| node.get_ref().as_array());
        items.into_iter().flat_map(|items| items.iter())
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a str, &'a Node<'a>)> + use<'a> {
        self.0
            .iter()
            .map(|(key, value)| (key.get_ref().as_ref(), value))
    }
}
