"""How what arrived becomes records. Used through `casework` itself."""
