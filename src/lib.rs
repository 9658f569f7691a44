//! Touchline
pub mod accounts;
pub mod app;
pub mod config;
pub mod db;
pub mod error;
pub mod http;
pub mod openapi;
