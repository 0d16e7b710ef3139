"""How the test token service reads JSON: any case of names, enums by number or name."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema, model_validator
from pydantic.alias_generators import to_camel

# Int32.MinValue: what the C# clients send for a number that nobody has set.
UNSET: Final = -(2**31)


class Wire(BaseModel):
    """A group of parameters. Names count in any case, unknown ones and nulls are passed over."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _in_any_case(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        names = {alias.lower(): alias for alias in cls.aliases()}
        known = ((names.get(str(name).lower()), value) for name, value in data.items())
        return {name: value for name, value in known if name and value is not None and _set(value)}

    @classmethod
    def aliases(cls) -> list[str]:
        return [str(field.alias) for field in cls.model_fields.values()]


def _set(value: Any) -> bool:
    return isinstance(value, bool) or value != UNSET


class ParametersGeneration(IntEnum):
    GenerateNone = 0
    GenerateOnlyDefault = 1
    GenerateOnlyFromNonEmptyParameterValues = 2
    GenerateDefaultWithClaimsFromNonEmptyParameterValues = 3


class IssuerEnvironment(IntEnum):
    Test = 0
    IntTest = 1
    Development = 2


class ClientTenancyType(IntEnum):
    MultiTenant = 0
    SingleTenant = 1
    NONE = 2  # None on the wire, which no name in Python can be


class InvalidProof(IntEnum):
    NONE = 0  # None on the wire
    DontSetHtuClaimValue = 1
    DontSetHtmClaimValue = 2
    SetIatValueInThePast = 3
    SetIatValueInTheFuture = 4
    DontSetAthClaimValue = 5
    DontSetAlgHeader = 6
    DontSetJwkHeader = 7
    DontSetJtiClaim = 8
    SetAlgHeaderToASymmetricAlgorithm = 9
    SetPrivateKeyInJwkHeader = 10
    SetInvalidTypHeaderValue = 11
    SetAnInvalidSignature = 12
    SetAnInvalidJktValueInToken = 13


E = TypeVar("E", bound=IntEnum)


def _wire_names(kind: type[IntEnum]) -> dict[str, int]:
    return {"None" if item.name == "NONE" else item.name: item.value for item in kind}


def named(kind: type[E]) -> BeforeValidator:
    """Return what reads an enum: from its number, its number as text, or its name."""
    numbers = _wire_names(kind)
    folded = {name.lower(): number for name, number in numbers.items()}

    def read(value: Any) -> Any:
        if isinstance(value, str):
            text = value.strip().lower()
            value = folded.get(text, int(text) if text.isdecimal() else value)
        if type(value) is not int or value not in numbers.values():
            listed = ", ".join(f"{name} ({number})" for name, number in numbers.items())
            raise ValueError(f"expected one of {listed}")
        return kind(value)

    return BeforeValidator(read)


def shown(kind: type[IntEnum]) -> WithJsonSchema:
    """Return how an enum looks in the description: its names, or its numbers."""
    numbers = _wire_names(kind)
    return WithJsonSchema({"anyOf": [{"enum": list(numbers)}, {"enum": list(numbers.values())}]})


Generation = Annotated[
    ParametersGeneration, named(ParametersGeneration), shown(ParametersGeneration)
]
Issuer = Annotated[IssuerEnvironment, named(IssuerEnvironment), shown(IssuerEnvironment)]
Tenancy = Annotated[ClientTenancyType, named(ClientTenancyType), shown(ClientTenancyType)]
Invalid = Annotated[InvalidProof, named(InvalidProof), shown(InvalidProof)]
