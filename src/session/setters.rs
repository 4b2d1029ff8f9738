//! Builders' methods: one a field, named after it.

/// `fields` are set to what is given, `options` to `Some` of it, both converted; `exact` and `exact_options` are taken as they are, so
/// that a bare number is one.
macro_rules! setters {
    ($($group:ident { $($field:ident: $type:ty),* $(,)? })*) => {
        $($( crate::session::setters!(@$group $field $type); )*)*
    };
    (@fields $field:ident $type:ty) => {
        crate::session::setters!(@method $field, impl Into<$type>, $field.into());
    };
    (@options $field:ident $type:ty) => {
        crate::session::setters!(@method $field, impl Into<$type>, Some($field.into()));
    };
    (@exact $field:ident $type:ty) => {
        crate::session::setters!(@method $field, $type, $field);
    };
    (@exact_options $field:ident $type:ty) => {
        crate::session::setters!(@method $field, $type, Some($field));
    };
    (@method $field:ident, $type:ty, $value:expr) => {
        #[doc = concat!("The same with this `", stringify!($field), "`.")]
        #[must_use]
        pub fn $field(mut self, $field: $type) -> Self {
            self.$field = $value;
            self
        }
    };
}

pub(crate) use setters;
