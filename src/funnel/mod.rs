//! Funnels: how the leads that entered in a period went on, by the definitions of "Stage history" and "Funnel" in the README.
